import { toTimestamp } from "@ostinato/core";

/**
 * Decides by plain JavaScript what a filter selects, as the API promises it: an independent second opinion on the conditions
 * that the databases are asked.
 */
export interface Oracle<R> {
  /**
   * The value of a row that a part of the filter looks at, by the part's path (`state.type`) or, where the leaves of a part
   * look at different values, by the leaf's (`start_time.is_null_`). A list stands for each of its elements.
   */
  readonly values: Readonly<Record<string, (row: R) => unknown>>;
  /** Parts whose leaves are joined in their own way. */
  readonly joins?: Readonly<Record<string, (leaves: Leaves, asked: Values) => boolean | undefined>>;
}

/** What each leaf that is given says; undefined where it does not ask for anything. */
export type Leaves = Readonly<Record<string, boolean | undefined>>;
type Values = Readonly<Record<string, unknown>>;

/** Each operator of a leaf by its name: undefined where the wanted value does not ask for anything. */
const operators: Readonly<Record<string, (value: unknown, wanted: never) => boolean | undefined>> = {
  any_: isOneOf,
  id_: isOneOf,
  type_: isOneOf,
  not_any_: (value, wanted: readonly string[]) =>
    wanted.length === 0 ? undefined : !isMissing(value) && !isOneOf(value, wanted),
  all_: (value, wanted: readonly string[]) =>
    wanted.length === 0 ? undefined : wanted.every((each) => isOneOf(value, [each])),
  like_: (value, wanted: string) =>
    wanted === "" ? undefined : texts(value).some((text) => text.toLowerCase().includes(wanted.toLowerCase())),
  startswith_: (value, wanted: readonly string[]) =>
    wanted.length === 0 ? undefined : wanted.some((prefix) => texts(value).some((text) => text.startsWith(prefix))),
  is_null_: (value, wanted: boolean) => isMissing(value) === wanted,
  exists_: (value, wanted: boolean) => !isMissing(value) === wanted,
  eq_: (value, wanted: boolean) => Boolean(value) === wanted,
  before_: (value, wanted: string | number) => typeof value === "number" && value <= toTimestamp(wanted),
  after_: (value, wanted: string | number) => typeof value === "number" && value >= toTimestamp(wanted),
  le_: (value, wanted: number) => typeof value === "number" && value <= wanted,
  ge_: (value, wanted: number) => typeof value === "number" && value >= wanted,
  query: (value, wanted: string) => searches[wanted]?.((word) => texts(value).some((text) => hasWord(text, word))),
};

/** Searches in text, written out: so that what they mean is said here, and not read by the parser that is tested. */
export const searches: Readonly<Record<string, (has: (word: string) => boolean) => boolean | undefined>> = {
  ERROR: (has) => has("error"),
  "100%": (has) => has("100%"),
  _: (has) => has("_"),
  "-error": (has) => !has("error"),
  "!Shop": (has) => !has("shop"),
  '"no"': (has) => has("no"),
  '"-5"': (has) => has("-5"),
  "+error ok no": (has) => has("error") && (has("ok") || has("no")),
  "no ok": (has) => has("no") || has("ok"),
  'a "quoted': (has) => has("a") || has("quoted"),
  '"\\"quoted\\" word"': (has) => has('"quoted" word'),
  "task_runs -ok": (has) => has("task_runs") && !has("ok"),
  " ": () => undefined,
};

/** Undefined without a filter; otherwise whether the row meets it. */
export function meets<R>(oracle: Oracle<R>, filter: object | null | undefined, row: R): boolean | undefined {
  return filter === null || filter === undefined ? undefined : (partMeets(oracle, filter, row, []) ?? true);
}

function partMeets<R>(oracle: Oracle<R>, part: object, row: R, path: readonly string[]): boolean | undefined {
  const leaves: Record<string, boolean | undefined> = {};
  for (const [key, wanted] of Object.entries(part)) {
    if (key === "operator" || wanted === null) continue;
    const place = [...path, key];
    if (typeof wanted === "object" && !Array.isArray(wanted)) {
      const isMet = partMeets(oracle, wanted, row, place);
      leaves[key] = path.length === 0 ? (isMet ?? true) : isMet;
    } else {
      leaves[key] = leafMeets(oracle, wanted, row, place);
    }
  }
  const joined = oracle.joins?.[path.join(".")];
  if (joined !== undefined) return joined(leaves, part as Values);
  const said = Object.values(leaves).filter((each) => each !== undefined);
  if (said.length === 0) return undefined;
  return (part as { operator?: unknown }).operator === "or_" ? said.includes(true) : !said.includes(false);
}

function leafMeets<R>(oracle: Oracle<R>, wanted: unknown, row: R, path: readonly string[]): boolean | undefined {
  const name = path.at(-1) ?? "";
  const operator = operators[name];
  if (operator === undefined) throw new Error(`The oracle knows no operator ${name}: say in oracle.ts what it means`);
  return operator(valueAt(oracle, path)(row), wanted as never);
}

/** How the value is read that a leaf looks at. */
export function valueAt<R>(oracle: Oracle<R>, path: readonly string[]): (row: R) => unknown {
  const value = oracle.values[path.join(".")] ?? oracle.values[path.slice(0, -1).join(".")];
  if (value === undefined)
    throw new Error(`The oracle does not know what ${path.join(".")} looks at: say it in nouns.ts`);
  return value;
}

function isOneOf(value: unknown, wanted: readonly string[]): boolean {
  return texts(value).some((text) =>
    wanted.some((each) => each === text || (isId(each) && each.toLowerCase() === text)),
  );
}

function isId(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}

function texts(value: unknown): readonly string[] {
  return (Array.isArray(value) ? value : [value]).filter((each) => typeof each === "string");
}

function isMissing(value: unknown): boolean {
  return value === null || value === undefined || (Array.isArray(value) && value.length === 0);
}

function hasWord(text: string, word: string): boolean {
  return text.toLowerCase().includes(word);
}
