import { expect, test } from "vitest";
import { artifact, cancelled, completed, failed, flow, log, task, UsageError } from "../index.ts";

// What a program in plain JavaScript may write, where no compiler helps.
const wrong = (value: unknown) => value as never;
const loose = (fn: unknown) => fn as (...args: readonly unknown[]) => unknown;
const named = async function load() {};

test.each<[string, () => unknown, RegExp]>([
  [
    "options behind the function",
    () => loose(task)(named, { retries: 3 }),
    /^task\(\) takes its options before the function.*task\(\{ … \}, async function load\(\)/,
  ],
  ["options behind a flow's function", () => loose(flow)(named, {}), /^flow\(\) takes its options before the function/],
  [
    "options that are no object",
    () => loose(task)("load", named),
    /^Task "load" takes its options as an object, and was given "load"/,
  ],
  [
    "no options at all",
    () => loose(task)(null, named),
    /^Task "load" takes its options as an object, and was given null/,
  ],
  [
    "an option misspelt",
    () => task(wrong({ retrys: 3 }), named),
    /^Task "load" has no option "retrys"\. Did you mean "retries" or .* There are: name, /,
  ],
  [
    "an option of Prefect's",
    () => task(wrong({ retry_delay_seconds: 3 }), named),
    /no option "retry_delay_seconds"\. Did you mean "retryDelay"\?/,
  ],
  [
    "an option of another's making",
    () => flow(wrong({ log_prints: true }), named),
    /^Flow "load" has no option "log_prints"\. Did you mean "logPrints"\?/,
  ],
  ["an option like nothing", () => task(wrong({ xyz: 1 }), named), /no option "xyz"\. There are: /],
  [
    "an option of a flow on a task",
    () => task(wrong({ parameters: {} }), named),
    /^Task "load" has no option "parameters"/,
  ],
  ["a wrong option of a copy", () => task(named).with(wrong({ timout: 3 })), /Did you mean "timeout"\?/],
  ["tags as a text", () => task(wrong({ tags: "io" }), named), /^Task "load": tags is "io"; give a list of strings/],
  [
    "a wrong duration",
    () => task(wrong({ timeout: "5min" }), named),
    /^Task "load": timeout is "5min"; give a number of seconds, or "500ms"/,
  ],
  [
    "a wrong delay in a list",
    () => task(wrong({ retries: 1, retryDelay: ["1s", "soon"] }), named),
    /^Task "load": retryDelay is \[ '1s', 'soon' \]; give a duration/,
  ],
  [
    "a delay that a function gets wrong",
    () => task({ retries: 1, retryDelay: () => wrong("5min") }, named),
    /^Task "load": retryDelay failed for attempt 1: it gave "5min"/,
  ],
  [
    "a hook that is no function",
    () => task(wrong({ onFailure: "mail" }), named),
    /onFailure is "mail"; give a function, or a list of them/,
  ],
  ["a version that is a number", () => task(wrong({ version: 2 }), named), /version is 2; give a string/],
  [
    "a cache option misspelt",
    () => task(wrong({ cache: { by: "inputs", expire: "1h" } }), named),
    /^Task "load": cache has no option "expire"\. Did you mean "expires"\?/,
  ],
  [
    "parameters that are no schema",
    () => flow(wrong({ parameters: "day" }), named),
    /parameters is "day"; give a schema/,
  ],
  [
    "a wrong option of map",
    () => task({ name: "load" }, async (_: number) => {}).map([1], wrong({ concurency: 2 })),
    /^map\(\) of task "load" has no option "concurency"\. Did you mean "concurrency"\?/,
  ],
  [
    "two arguments for a flow",
    () => loose(flow(named))(1, 2),
    /^Flow "load" takes one object of named parameters, load\(\{ … \}\), and was given 2 arguments/,
  ],
  ["a number for a flow", () => loose(flow(named))(7), /^Flow "load" takes one object .* and was given 7/],
  ["two arguments for the state of a flow", () => loose(flow(named).state)({}, {}), /was given 2 arguments/],
  ["an end without a reason", () => failed(wrong(new Error("no"))), /^failed\(\) takes a string that says why/],
  [
    "an end with an empty name",
    () => failed("no rows", { name: "" }),
    /^failed\(\): name is ""; give a string that is not empty/,
  ],
  [
    "an end with a wrong reason",
    () => cancelled(wrong(3)),
    /^cancelled\(\) takes a string that says why, and was given 3/,
  ],
  [
    "a wrong option of an end",
    () => completed(1, wrong({ nam: "Skipped" })),
    /^completed\(\) has no option "nam"\. Did you mean "name"\?/,
  ],
])("%s is one clear error", (_, attempt, message) => {
  const thrown = errorOf(attempt);
  expect(thrown).toBeInstanceOf(UsageError);
  expect((thrown as Error).message).toMatch(message);
});

test.each<[string, () => Promise<unknown>, RegExp]>([
  [
    "a text",
    () => artifact.markdown(wrong("# Hello")),
    /^artifact\.markdown\(\) takes its options as an object, and was given "# Hello": artifact\.markdown\(\{ key: "report", markdown: … \}\)$/,
  ],
  [
    "values by their place",
    () => loose(artifact.table)("errors", [{ a: 1 }]) as Promise<unknown>,
    /^artifact\.table\(\) takes its options as an object, and was given "errors": artifact\.table\(\{ key: "report", table: … \}\)$/,
  ],
  [
    "a progress by its place",
    () => loose(artifact.progress)(10) as Promise<unknown>,
    /^artifact\.progress\(\) takes its options as an object, and was given 10: artifact\.progress\(\{ key: "report" \}\)$/,
  ],
  [
    "nothing to show",
    () => artifact.markdown(wrong({ key: "report" })),
    /^artifact\.markdown\(\) needs markdown: artifact\.markdown\(\{ key: "report", markdown: … \}\)/,
  ],
  [
    "another kind's option",
    () => artifact.markdown(wrong({ markdwn: "# Hello" })),
    /has no option "markdwn"\. Did you mean "markdown"\?/,
  ],
  ["a number as text", () => artifact.markdown(wrong({ markdown: 7 })), /markdown is 7; give a string/],
  [
    "a table that is no list",
    () => artifact.table(wrong({ table: { a: [1] } })),
    /table is \{ a: \[ 1 \] \}; give a list of records/,
  ],
  [
    "rows that are numbers",
    () => artifact.table(wrong({ table: [1, 2] })),
    /table is \[ 1, 2 \]; give a list of records/,
  ],
  ["an image of a number", () => artifact.image(wrong({ image: 7 })), /image is 7; give an address, or bytes/],
  ["a link to nothing", () => artifact.link(wrong({})), /^artifact\.link\(\) needs link/],
  ["progress as a text", () => artifact.progress(wrong({ progress: "half" })), /progress of an artifact is half/],
])("an artifact of the wrong shape is one clear error: %s", async (_, attempt, message) => {
  const thrown = await attempt().catch((error: unknown) => error);
  expect(thrown).toBeInstanceOf(UsageError);
  expect((thrown as Error).message).toMatch(message);
});

test("options that are undefined are left out", () => {
  expect(() => task({ retries: undefined, timeout: undefined } as object, named)).not.toThrow();
});

test("log.warn is there, as with console", () => {
  expect(() => log.warn("careful")).not.toThrow();
});

function errorOf(attempt: () => unknown): unknown {
  try {
    return attempt();
  } catch (error) {
    return error;
  }
}
