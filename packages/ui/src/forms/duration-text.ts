const units = [
  { letter: "D", seconds: 86_400, names: /^d(?:ays?)?$/ },
  { letter: "H", seconds: 3600, names: /^h(?:ours?|rs?)?$/ },
  { letter: "M", seconds: 60, names: /^m(?:in(?:ute)?s?)?$/ },
  { letter: "S", seconds: 1, names: /^s(?:ec(?:ond)?s?)?$/ },
] as const;

/** A duration as people write it (`1h 30m`, `90 s`, `1:30:00`), as ISO 8601: `PT1H30M`. Undefined if it is not one. */
export function isoDuration(text: string): string | undefined {
  const trimmed = text.trim();
  if (isoPattern.test(trimmed)) return trimmed.toUpperCase();
  const clock = /^(\d+):(\d\d)(?::(\d\d(?:\.\d+)?))?$/.exec(trimmed);
  if (clock !== null) return written({ D: "", H: clock[1], M: clock[2], S: clock[3] });
  const parts = [...trimmed.toLowerCase().matchAll(/(\d+(?:\.\d+)?)\s*([a-z]+)\s*/g)];
  if (parts.length === 0 || parts.map(([part]) => part).join("") !== trimmed.toLowerCase()) return undefined;
  const amounts: { [L in Letter]?: string | undefined } = {};
  for (const [, amount, name = ""] of parts) {
    const unit = units.find(({ names }) => names.test(name));
    if (unit === undefined || amounts[unit.letter] !== undefined) return undefined;
    amounts[unit.letter] = amount;
  }
  return written(amounts);
}

type Letter = (typeof units)[number]["letter"];

const isoPattern =
  /^[-+]?P(?=.)(?:\d+(?:\.\d+)?W|(?:\d+(?:\.\d+)?Y)?(?:\d+(?:\.\d+)?M)?(?:\d+(?:\.\d+)?D)?(?:T(?=\d)(?:\d+(?:\.\d+)?H)?(?:\d+(?:\.\d+)?M)?(?:\d+(?:\.\d+)?S)?)?)$/i;

function written(amounts: { readonly [L in Letter]?: string | undefined }): string {
  const part = (letter: Letter) => (Number(amounts[letter] ?? 0) === 0 ? "" : `${Number(amounts[letter])}${letter}`);
  const time = part("H") + part("M") + part("S");
  const all = `P${part("D")}${time === "" ? "" : `T${time}`}`;
  return all === "P" ? "PT0S" : all;
}

/** A duration of ISO 8601 as people write it: `1h 30m`. One with months, weeks or a sign stays as it is. */
export function durationText(iso: string): string {
  const match = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/.exec(iso);
  if (match === null) return iso;
  const parts = units.map(({ letter }, at) =>
    match[at + 1] === undefined ? "" : `${match[at + 1]}${letter.toLowerCase()}`,
  );
  const text = parts.filter((part) => part !== "").join(" ");
  return text === "" ? iso : text;
}
