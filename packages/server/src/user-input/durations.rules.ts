const isoDuration =
  /^(-?)P(?:(\d+(?:\.\d+)?)W)?(?:(\d+(?:\.\d+)?)D)?(?:T(?:(\d+(?:\.\d+)?)H)?(?:(\d+(?:\.\d+)?)M)?(?:(\d+(?:\.\d+)?)S)?)?$/i;
const clockDuration = /^(-?)(?:(\d+)(?: days?,?)? )?(\d{1,2}):(\d{2})(?::(\d{2}(?:\.\d{1,6})?))?$/;

/** Seconds of a duration as ISO 8601 or `HH:MM:SS`, with days before it; undefined where the text is neither. */
export function durationSeconds(text: string): number | undefined {
  const iso = isoDuration.exec(text);
  if (iso !== null && /\d/.test(text)) {
    const [, sign, weeks, days, hours, minutes, seconds] = iso;
    return signed(sign, [weeks, days, hours, minutes, seconds], [604_800, 86_400, 3600, 60, 1]);
  }
  const clock = clockDuration.exec(text);
  if (clock === null) return undefined;
  const [, sign, days, hours, minutes, seconds] = clock;
  return signed(sign, [days, hours, minutes, seconds], [86_400, 3600, 60, 1]);
}

function signed(sign: string | undefined, counts: readonly (string | undefined)[], units: readonly number[]): number {
  const sum = counts.reduce((total, count, index) => total + Number(count ?? 0) * (units[index] ?? 0), 0);
  return sign === "-" ? -sum : sum;
}
