/**
 * Search parameters as they stand in the address: `?state=FAILED&state=CRASHED&since=24h`. A parameter is a string, or a list of strings if
 * repeated. Pages narrow them with the readers below.
 */
export type RawSearch = Readonly<Record<string, unknown>>;

export function parseSearch(text: string): Record<string, string | string[]> {
  const found: Record<string, string | string[]> = {};
  for (const [name, value] of new URLSearchParams(text)) {
    const before = found[name];
    if (before === undefined) found[name] = value;
    else found[name] = Array.isArray(before) ? [...before, value] : [before, value];
  }
  return found;
}

export function stringifySearch(search: Record<string, unknown>): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(search)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined && one !== null && one !== "" && one !== false) params.append(name, String(one));
    }
  }
  const text = params.toString();
  return text === "" ? "" : `?${text}`;
}

export function textIn(search: RawSearch, name: string): string | undefined {
  const value = search[name];
  if (typeof value === "string") return value === "" ? undefined : value;
  return Array.isArray(value) && typeof value[0] === "string" ? value[0] : undefined;
}

export function listIn(search: RawSearch, name: string): readonly string[] | undefined {
  const value = search[name];
  if (typeof value === "string") return value === "" ? undefined : [value];
  if (!Array.isArray(value)) return undefined;
  const texts = value.filter((one): one is string => typeof one === "string" && one !== "");
  return texts.length === 0 ? undefined : texts;
}

export function choiceIn<const Value extends string>(
  search: RawSearch,
  name: string,
  choices: readonly Value[],
): Value | undefined {
  const text = textIn(search, name);
  return choices.find((choice) => choice === text);
}

/** Leaves out undefined values, which exact optional properties forbid. */
export function present<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const kept = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(kept) as { [K in keyof T]?: Exclude<T[K], undefined> };
}
