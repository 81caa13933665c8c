import { type Context, createContext, Script } from "node:vm";

/** The time for all patterns of one validation. A pattern may take longer than anybody waits, and nothing else runs meanwhile. */
const maxMillis = 250;

const script = new Script("pattern.test(text)");
/** Made with the first pattern, in a millisecond. */
let held: Context | undefined;

type Match = (pattern: string, text: string) => boolean;

/** Compares texts with patterns as Python writes them, within a bounded time for all of them; then throws what `tooLong` makes. */
export function patternMatcher(tooLong: () => Error, budgetMillis = maxMillis): Match {
  const known = new Map<string, RegExp>();
  let spentMillis = 0;
  return (pattern, text) => {
    const leftMillis = Math.ceil(budgetMillis - spentMillis);
    if (leftMillis <= 0) throw tooLong();
    const expression = known.get(pattern) ?? readPattern(pattern);
    known.set(pattern, expression);
    const begun = performance.now();
    try {
      held ??= createContext();
      Object.assign(held, { pattern: expression, text });
      return script.runInContext(held, { timeout: leftMillis }) === true;
    } catch (error) {
      throw isTimeout(error) ? tooLong() : error;
    } finally {
      spentMillis += performance.now() - begun;
    }
  };
}

function isTimeout(error: unknown): boolean {
  return (
    typeof error === "object" && error !== null && "code" in error && error.code === "ERR_SCRIPT_EXECUTION_TIMEOUT"
  );
}

/** The expression, with what Python writes in another way. Throws a SyntaxError. */
export function readPattern(pattern: string): RegExp {
  const [, marks = "", rest = pattern] = /^\(\?([aimsu]+)\)(.*)$/s.exec(pattern) ?? [];
  const flags = marks.replace(/[au]/g, "");
  const source = rest
    .replaceAll("(?P<", "(?<")
    .replace(/\(\?P=(\w+)\)/g, "\\k<$1>")
    .replace(/\\(\\|A|Z)/g, (whole, letter: string) => ({ A: "(?<![^])", Z: "(?![^])" })[letter] ?? whole);
  try {
    return new RegExp(source, `u${flags}`);
  } catch {
    // Python lets any character be escaped.
    return new RegExp(source, flags);
  }
}
