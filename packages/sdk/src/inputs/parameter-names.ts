/** The parameters of a function, named as in its source. A pattern, or a parameter that cannot be read, is `arg0`, `arg1`, … */
export interface ParameterNames {
  readonly names: readonly string[];
  /** Whether the last one takes all remaining arguments. */
  readonly rest: boolean;
}

/** Pairs the arguments of a call with the names of the parameters; arguments past the last name are `arg<n>`. */
export function nameArguments({ names, rest }: ParameterNames, args: readonly unknown[]): Map<string, unknown> {
  const named = new Map<string, unknown>();
  const single = rest ? names.length - 1 : names.length;
  for (let index = 0; index < Math.min(single, args.length); index += 1) {
    named.set(names[index] ?? `arg${index}`, args[index]);
  }
  if (rest) named.set(names[single] ?? "rest", args.slice(single));
  else for (let index = single; index < args.length; index += 1) named.set(`arg${index}`, args[index]);
  return named;
}

export function parameterNames(fn: (...args: never[]) => unknown): ParameterNames {
  const list = parameterList(Function.prototype.toString.call(fn));
  if (list === undefined) return { names: Array.from({ length: fn.length }, (_, index) => `arg${index}`), rest: false };
  const names: string[] = [];
  let rest = false;
  for (const part of splitAtCommas(list)) {
    const match = /^(\.\.\.)?\s*([\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*)\s*(=|$)/u.exec(part);
    rest = part.startsWith("...");
    names.push(match?.[2] ?? `arg${names.length}`);
  }
  return { names, rest };
}

/** The parameters of a function as its source has them, each with its default value. */
export function parameterTexts(fn: (...args: never[]) => unknown): readonly string[] {
  return splitAtCommas(parameterList(Function.prototype.toString.call(fn)) ?? "");
}

/** What stands between the braces of a destructured parameter, `{ path, depth = 3 } = {}`; undefined for one that has a name. */
export function patternOf(text: string): string | undefined {
  return /^\{(.*?)\}\s*(?:=\s*\{\s*\}\s*)?$/s.exec(text)?.[1];
}

/** The fields of a pattern, such as `{ path, depth = 3 }`, each with its default value. */
export function fieldTexts(pattern: string): readonly string[] {
  return splitAtCommas(pattern);
}

const maxHeadLength = 8000;

/** The text between the parentheses of the parameters, without comments; undefined for native code and the like. */
function parameterList(source: string): string | undefined {
  if (source.includes("[native code]") || /^class\b/.test(source)) return undefined;
  // Only the head is needed: the parameters come first.
  const text = withoutComments(source.slice(0, maxHeadLength));
  const bare = /^(?:async\s+)?([\p{ID_Start}$_][\p{ID_Continue}$]*)\s*=>/u.exec(text);
  if (bare?.[1] !== undefined) return bare[1];
  const open = openingParenthesis(text);
  if (open < 0) return undefined;
  const close = closing(text, open);
  return close < 0 ? undefined : text.slice(open + 1, close);
}

/** The first parenthesis that is not part of a computed method name: `["a(b"](c) {}`. */
function openingParenthesis(text: string): number {
  const start = text.search(/[[(]/);
  return start >= 0 && text[start] === "[" ? text.indexOf("(", closing(text, start)) : start;
}

function splitAtCommas(list: string): string[] {
  const parts: string[] = [];
  let start = 0;
  for (let at = 0; at <= list.length; at = next(list, at)) {
    if (at < list.length && list[at] !== ",") continue;
    const part = list.slice(start, at).trim();
    if (part !== "") parts.push(part);
    start = at + 1;
  }
  return parts;
}

/** The position of the bracket that closes the one at `open`. */
function closing(text: string, open: number): number {
  for (let at = open + 1; at < text.length; at = next(text, at)) {
    if (text[at] === ")" || text[at] === "]" || text[at] === "}") return at;
  }
  return -1;
}

/** The next position at the same depth: after a bracket with its content, after a string, or one further. */
function next(text: string, at: number): number {
  const character = text[at] ?? "";
  if ("([{".includes(character)) {
    const close = closing(text, at);
    return close < 0 ? text.length + 1 : close + 1;
  }
  if ("\"'`".includes(character)) return stringEnd(text, at) + 1;
  return at + 1;
}

function stringEnd(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    if (text[at] === "\\") at += 1;
    else if (text[at] === text[start]) return at;
  }
  return text.length;
}

function withoutComments(source: string): string {
  let text = "";
  for (let at = 0; at < source.length; ) {
    const two = source.slice(at, at + 2);
    if (two === "/*") at = endOf(source, "*/", at) + 2;
    else if (two === "//") at = endOf(source, "\n", at);
    else if ("\"'`".includes(two[0] ?? "")) {
      const end = stringEnd(source, at) + 1;
      text += source.slice(at, end);
      at = end;
    } else {
      text += two[0] ?? "";
      at += 1;
    }
  }
  return text;
}

function endOf(source: string, mark: string, from: number): number {
  const at = source.indexOf(mark, from);
  return at < 0 ? source.length : at;
}
