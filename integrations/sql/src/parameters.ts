import type { BoundInput, Dialect, Statement } from "./engine.ts";
import { InputProblem } from "./input-problem.ts";

/** Values by the names that a statement has for them: `{ day }` for `:day`. */
export type Parameters = Readonly<Record<string, unknown>>;

/**
 * The statement with the marks of its database in place of `:name`. Strings, quoted names and comments are left alone, and so are casts (`a::int`).
 * A statement without parameters is sent as it is.
 */
export function statementOf(dialect: Dialect, sql: string, parameters?: Parameters): Statement {
  if (parameters === undefined) return { text: sql, values: [] };
  const values: unknown[] = [];
  const positions = new Map<string, number>();
  const text = sql.replace(tokens(dialect), (token, name: string | undefined) => {
    if (name === undefined) return token;
    const known = positions.get(name);
    if (known !== undefined && !dialect.repeatsValues) return dialect.mark(known);
    if (!Object.hasOwn(parameters, name)) throw new InputProblem(missing(name, parameters));
    values.push(boundValue(dialect, `the parameter :${name}`, parameters[name]));
    positions.set(name, values.length);
    return dialect.mark(values.length);
  });
  const unused = Object.keys(parameters).find((name) => !positions.has(name));
  if (unused === undefined) return { text, values };
  throw new InputProblem(
    `the statement does not use the parameter :${unused}. Write it as :${unused}, outside of quotes.`,
  );
}

function missing(name: string, parameters: Parameters): string {
  const given = Object.keys(parameters);
  const known = given.length === 0 ? "none is given" : `given are ${given.join(", ")}`;
  return `the statement has a parameter :${name}, and ${known}. Where it is not one, write a blank after the colon.`;
}

const dollarQuoted = String.raw`\$(?<tag>[A-Za-z_]*)\$[\s\S]*?\$\k<tag>\$`;
const lineComment = String.raw`--[^\n]*`;
const blockComment = String.raw`/\*[\s\S]*?\*/`;
const parameter = String.raw`(?<![:\w\\]):(?<name>[A-Za-z_]\w*)`;
/** An E in front of a string of PostgreSQL makes its backslashes hide what follows. */
const plainStrings = [String.raw`\b[eE]'(?:[^'\\]|\\[\s\S]|'')*'`, `'(?:[^']|'')*'`, `"(?:[^"]|"")*"`];
const backslashStrings = [
  String.raw`'(?:[^'\\]|\\[\s\S]|'')*'`,
  String.raw`"(?:[^"\\]|\\[\s\S]|"")*"`,
  String.raw`#[^\n]*`,
];
const backquoted = "`(?:[^`]|``)*`";

const plainTokens = grouped([...plainStrings, backquoted, dollarQuoted, lineComment, blockComment]);
const backslashTokens = grouped([...backslashStrings, backquoted, lineComment, blockComment]);

function tokens({ hasBackslashEscapes }: Dialect): RegExp {
  return hasBackslashEscapes ? backslashTokens : plainTokens;
}

/** The name of a parameter is the first group of the pattern. */
function grouped(others: readonly string[]): RegExp {
  return new RegExp([parameter, ...others].join("|"), "g");
}

/** What the driver binds. `what` names the value in the error of one that the database can't take. */
export function boundValue(dialect: Dialect, what: string, value: unknown): unknown {
  if (value === null) return null;
  const problem = problemOf(value);
  if (problem !== undefined) throw new InputProblem(`${what} ${problem}`);
  const items = Array.isArray(value) ? value.map((item, at) => boundValue(dialect, `${what}[${at}]`, item)) : undefined;
  const bound = dialect.bind(items ?? (value as BoundInput));
  if (bound === undefined) throw new InputProblem(`${what} is ${shown(value)}, which this database has no value for.`);
  return bound;
}

function problemOf(value: unknown): string | undefined {
  switch (typeof value) {
    case "boolean":
    case "number":
    case "bigint":
      return undefined;
    case "undefined":
      return "is undefined. Give null for a value that is missing.";
    case "string":
      return value.isWellFormed() ? undefined : "has half of a surrogate pair, which is not a character.";
    default:
      return objectProblem(value);
  }
}

function objectProblem(value: unknown): string | undefined {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "is an invalid Date." : undefined;
  if (value instanceof Uint8Array || Array.isArray(value)) return undefined;
  return `is ${shown(value)}. Give a string, a number, a boolean, a Date, bytes or null, and an object as JSON.stringify(value).`;
}

function shown(value: unknown): string {
  if (typeof value === "number") return String(value);
  if (Array.isArray(value)) return "a list";
  if (typeof value === "string") return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  const kind = typeof value === "object" && value !== null ? (value.constructor?.name ?? "object") : typeof value;
  return /^[aeiou]/i.test(kind) ? `an ${kind}` : `a ${kind}`;
}
