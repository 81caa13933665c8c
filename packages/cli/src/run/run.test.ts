import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { freePort, makeWorkplace, type Workplace, workplace } from "../../test/command.ts";
import { files } from "../../test/flows.ts";

const empty = "01a201aa-0d7b-7000-876f-c23a0481b6cd";

function withFiles(place: Workplace): Workplace {
  for (const [name, text] of Object.entries(files)) place.write(name, text);
  return place;
}

function lastLine(stdout: string) {
  return JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "");
}

describe("with a server", () => {
  let place: Workplace;
  beforeAll(async () => {
    const port = await freePort();
    place = withFiles(makeWorkplace({ OSTINATO_API_URL: `http://127.0.0.1:${port}/api` }));
    await place.run("server", "start", "--background", "--port", String(port));
  });
  afterAll(async () => {
    await place.run("server", "stop");
    place.dispose();
  });

  test("runs the only flow of a file, and tells a program how it went", async () => {
    const { code, stdout } = await place.run("run", "sum.ts", "-p", "n=4", "--json");
    expect(code).toBe(0);
    const line = lastLine(stdout);
    expect(line).toMatchObject({ flow: "sum", state: "Completed", state_type: "COMPLETED", result: { total: 12 } });
    expect(line.url).toBe(`${place.env.OSTINATO_API_URL?.replace(/api$/, "")}runs/flow-run/${line.flow_run_id}`);
    const run = await place.run("flow-run", "inspect", line.flow_run_id, "--json");
    expect(JSON.parse(run.stdout)).toMatchObject({ state_type: "COMPLETED", parameters: { n: 4 } });
  });

  test("tells a person how it goes, beside the output", async () => {
    const { code, stdout, stderr } = await place.run("run", "sum.ts");
    expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
    expect(stderr).toMatch(/task double: completed \(3\/3\) in /);
    expect(stderr).toMatch(/✓ sum [a-z]+-[a-z]+ completed after .*\n {2}http:\/\/127\.0\.0\.1:\d+\/runs\/flow-run\//);
  });

  test("a whole number beyond 2^53 goes in and comes out with all its digits", async () => {
    place.write(
      "big.ts",
      `import { flow } from "ostinato";
      export const next = flow(async function next({ id }: { id: bigint }) { return { id, next: id + 1n, kind: typeof id }; });`,
    );
    const { stdout } = await place.run("run", "big.ts", "-p", "id=12345678901234567890", "--json");
    expect(stdout).toContain('"result":{"id":12345678901234567890,"next":12345678901234567891,"kind":"bigint"}');
    const { flow_run_id: id } = lastLine(stdout);
    const inspected = await place.run("flow-run", "inspect", id, "--json");
    expect(inspected.stdout).toContain('"id": 12345678901234567890');
    expect((await place.run("flow-run", "inspect", id)).stdout).toContain("id = 12345678901234567890");
  });

  test("a flow that takes a bigint gets one of any length", async () => {
    place.write(
      "account.ts",
      `import { flow } from "ostinato";
      const validate = (given: unknown) => {
        const { id } = given as { readonly id: unknown };
        return typeof id === "bigint" ? { value: { id } } : { issues: [{ path: ["id"], message: "is no bigint" }] };
      };
      const parameters = { "~standard": { version: 1, vendor: "own", validate } } as never;
      export const typed = flow({ parameters }, async function typed({ id }: { id: bigint }) { return [id, typeof id]; });`,
    );
    for (const id of ["5", "1152921504606846976"]) {
      const { stdout } = await place.run("run", "account.ts", "-p", `id=${id}`, "--json");
      expect(stdout).toContain(`"result":[${id},"bigint"]`);
    }
    const refused = await place.run("run", "account.ts", "-p", "id=5.5", "--json");
    expect([refused.code, lastLine(refused.stdout).message]).toEqual([2, expect.stringContaining("It was given 5.5")]);
  });

  test("a result that JSON can't hold says why, beside null", async () => {
    place.write(
      "odd.ts",
      `import { flow } from "ostinato";
      export const circle = flow(async function circle() { const list: unknown[] = []; list.push(list); return list; });
      export const action = flow(async function action() { return () => 1; });
      export const nothing = flow(async function nothing() {});`,
    );
    const last = async (name: string) => lastLine((await place.run("run", `odd.ts:${name}`, "--json")).stdout);
    expect(await last("circle")).toMatchObject({ result: null, result_problem: expect.stringContaining("circular") });
    expect(await last("action")).toMatchObject({ result: null, result_problem: expect.stringContaining("function") });
    const nothing = await last("nothing");
    expect(nothing.result).toBeNull();
    expect(nothing).not.toHaveProperty("result_problem");
  });

  test("a run that fails ends with 1, and with how to go on", async () => {
    const { code, stderr } = await place.run("run", "several.ts:evaluate");
    expect(code).toBe(1);
    expect(stderr).toMatch(/✗ evaluate [a-z]+-[a-z]+ failed after .*: worse than before .*\(cause: an RMSE of 9\)/);
    expect(stderr).toMatch(/ostinato run several\.ts:evaluate --resume [0-9a-f-]{36}/);
  });

  test("goes on with a run that failed: what is finished is not run again", async () => {
    const failed = lastLine((await place.run("run", "steps.ts", "--json")).stdout);
    expect(failed).toMatchObject({ state: "Failed", message: "not yet" });
    place.write("go", "");
    const { code, stdout } = await place.run("run", "steps.ts", "--resume", failed.flow_run_id, "--json");
    expect(code).toBe(0);
    expect(lastLine(stdout)).toMatchObject({ flow_run_id: failed.flow_run_id, state_type: "COMPLETED", result: 21 });
    expect(readFileSync(join(place.folder, "first.log"), "utf8")).toBe("ran\n");
  });

  test("a file that runs its flow by itself runs it once", async () => {
    const before = await place.run("flow-run", "ls", "--flow", "sum", "--json", "-n", "100");
    const { code, stdout, stderr } = await place.run("run", "own.ts");
    expect({ code, stdout }).toEqual({ code: 0, stdout: "total 12\n" });
    expect(stderr).toMatch(/✓ sum [a-z]+-[a-z]+ completed/);
    const after = await place.run("flow-run", "ls", "--flow", "sum", "--json", "-n", "100");
    expect(JSON.parse(after.stdout).length - JSON.parse(before.stdout).length).toBe(1);
  });

  test("a file whose own run fails ends as the run does", async () => {
    const { code, stdout } = await place.run("run", "own-failing.ts", "--json");
    expect(code).toBe(1);
    expect(lastLine(stdout)).toMatchObject({ flow: "evaluate", state: "Failed" });
  });

  test("a file that runs its flow by itself can't be given parameters", async () => {
    const { code, stderr } = await place.run("run", "own.ts", "-p", "n=1");
    expect(stderr).toContain("own.ts runs flow sum itself when it is loaded");
    expect(stderr).toContain("if (import.meta.main) await sum(…)");
    expect(code).toBe(2);
  });

  test("a CommonJS file runs as well, and nobody is bothered with how Node finds out what a file is", async () => {
    place.write("package.json", "{}");
    const { stdout, stderr } = await place.run("run", "old.cts", "--json");
    expect(lastLine(stdout)).toMatchObject({ state: "Completed", result: "still runs" });
    expect(stderr).not.toContain("Warning");
    expect((await place.run("run", "sum.ts")).stderr).not.toContain("MODULE_TYPELESS");
  });

  test("what the file leaves open does not hold the prompt", async () => {
    expect(await place.run("run", "open-handle.ts")).toMatchObject({ code: 0 });
  });

  test.each([
    { signal: "SIGINT", code: 130, state: "Cancelled" },
    { signal: "SIGTERM", code: 143, state: "Crashed" },
  ] as const)("$signal ends the run as $state, and the server hears of it", async ({ signal, code, state }) => {
    const running = place.start("run", "endless.ts", "--json");
    await running.printed("waiting");
    running.child.kill(signal);
    const finished = await running.finished;
    expect(finished.code).toBe(code);
    const line = lastLine(finished.stdout);
    expect(line.state).toBe(state);
    const run = await place.run("flow-run", "inspect", line.flow_run_id, "--json");
    expect(JSON.parse(run.stdout).state_name).toBe(state);
  });

  test("a run that is cancelled on the server ends with 130", async () => {
    const running = place.start("run", "endless.ts", "--json");
    await running.printed("waiting");
    const { stdout } = await place.run("flow-run", "ls", "--flow", "endless", "--state", "running", "--json");
    const [{ id }] = JSON.parse(stdout);
    expect(await place.run("flow-run", "cancel", id)).toMatchObject({ code: 0 });
    const finished = await running.finished;
    expect(finished.code).toBe(130);
    expect(lastLine(finished.stdout)).toMatchObject({ flow_run_id: id, state: "Cancelled" });
  });

  test("parameters that the flow's schema refuses are named", async () => {
    const { code, stderr } = await place.run("run", "typed.ts", "-p", "train=2021", "-p", "depth=40");
    expect(stderr).toMatch(/✗ learn .*: The parameters of flow "learn" are wrong\. depth: /);
    expect(stderr).not.toContain("--resume");
    expect(code).toBe(2);
  });

  test("a parameter that can only be text stays text, and coercion and defaults are the flow's", async () => {
    const { stdout } = await place.run("run", "typed.ts", "-p", "train=2021", "--json");
    expect(lastLine(stdout).result).toEqual({ train: "2021", depth: 6 });
  });

  test("resuming a run that is not there, or is another flow's, is refused", async () => {
    const unknown = await place.run("run", "sum.ts", "--resume", empty);
    expect(unknown.stderr).toContain(`There is no flow run with the id ${empty}.`);
    const other = lastLine((await place.run("run", "several.ts:train", "--json")).stdout);
    const { code, stderr } = await place.run("run", "sum.ts", "--resume", other.flow_run_id);
    expect(stderr).toContain('is a run of another flow than "sum"');
    expect(code).toBe(1);
  });
});

test("a project that npm has made as CommonJS says how to change that", async () => {
  const place = withFiles(makeWorkplace({ OSTINATO_API_URL: "http://127.0.0.1:1/api" }));
  onTestFinished(() => place.dispose());
  place.write("package.json", JSON.stringify({ type: "commonjs" }));
  const { code, stderr } = await place.run("run", "sum.ts");
  expect(stderr).toContain("sum.ts:2: syntax error: Cannot use import statement outside a module.");
  expect(stderr).toContain('says "type": "commonjs". Change that: npm pkg set type=module');
  expect(code).toBe(1);
});

describe("what can't be run is said with what exists", () => {
  let place: Workplace;
  beforeAll(() => {
    // Nothing of this needs a server: an address where none is would show.
    place = withFiles(makeWorkplace({ OSTINATO_API_URL: "http://127.0.0.1:1/api" }));
  });
  afterAll(() => place.dispose());

  test.each([
    { args: ["summ.ts"], code: 2, says: 'There is no file summ.ts. Did you mean "sum.ts"?' },
    { args: ["."], code: 2, says: ". is a folder. Name one of its files: endless.ts, enum.ts, " },
    {
      args: ["none.ts"],
      code: 2,
      says: "none.ts exports no flows. It exports: limit. Export a flow like this: export const",
    },
    {
      args: ["several.ts"],
      code: 2,
      says: "several.ts exports several flows: evaluate, train. Name one: ostinato run several.ts:evaluate",
    },
    { args: ["several.ts:evalaute"], code: 2, says: 'several.ts has no export "evalaute". Did you mean "evaluate"?' },
    { args: ["several.ts:limit"], code: 2, says: "limit of several.ts is not a flow. Its flows are: evaluate, train." },
    { args: ["syntax.ts"], code: 1, says: "syntax.ts:2: syntax error: Expression expected" },
    { args: ["syntax.mjs"], code: 1, says: "syntax.mjs:2: syntax error: Identifier 'a' has already been declared" },
    { args: ["enum.ts"], code: 1, says: "enum.ts:1: TypeScript enum is not supported" },
    {
      args: ["package.ts"],
      code: 1,
      says: 'package.ts imports "no-such-package", which is not installed. If you mean that package, add it to the project.',
    },
    { args: ["import.ts"], code: 1, says: "import.ts imports no-such-file.ts, which does not exist." },
    { args: ["throws.ts"], code: 1, says: "throws.ts could not be loaded: out of luck (throws.ts:2)" },
    { args: ["waits.ts"], code: 1, says: "waits.ts waits at its top level for a promise that never settles." },
    {
      args: ["typed.ts"],
      code: 2,
      says: "Flow learn needs the parameter train. It takes: train: string, depth?: integer.",
    },
    {
      args: ["typed.ts", "-p", "trian=x"],
      code: 2,
      says: 'Flow learn takes no parameter "trian". Did you mean "train"?',
    },
    { args: ["typed.ts", "-P", "{train: 1}"], code: 2, says: "-P is not valid JSON" },
    { args: ["typed.ts", "-p", "train"], code: 2, says: '"train" is not a parameter. Write it as name=value.' },
    { args: ["sum.ts", "--resume", "abc"], code: 2, says: '"abc" is not the id of a flow run.' },
    { args: ["sum.ts", "--resume", empty, "-p", "n=1"], code: 2, says: "A run that is resumed keeps its parameters" },
  ])("$args", async ({ args, code, says }) => {
    const finished = await place.run("run", ...args);
    expect(finished.stderr).toContain(`Error: ${says}`);
    expect(finished.stderr).not.toMatch(/^\s+at /m);
    expect(finished).toMatchObject({ code, stdout: "" });
  });
});

describe("without a server", () => {
  test("a run is recorded all the same, and two at once do not disturb each other", async () => {
    const place = withFiles(workplace({ OSTINATO_SERVER_PORT: String(await freePort()) }));
    const runs = await Promise.all([
      place.run("run", "sum.ts", "--json"),
      place.run("run", "sum.ts", "-p", "n=5", "--json"),
    ]);
    expect(runs.map(({ code }) => code)).toEqual([0, 0]);
    expect(runs.map(({ stdout }) => lastLine(stdout).result.total)).toEqual([6, 20]);
    expect(lastLine(runs[0].stdout).url).toBeNull();
    const { stdout } = await place.run("flow-run", "ls", "--json");
    expect(JSON.parse(stdout)).toHaveLength(2);
  });

  test("an unwritable home folder is said in a sentence", async () => {
    const place = withFiles(workplace({ OSTINATO_SERVER_PORT: String(await freePort()) }));
    const home = join(place.folder, "sum.ts", "home");
    const { code, stderr } = await place.runWith({ env: { OSTINATO_HOME: home } }, "run", "sum.ts");
    expect(stderr).toContain(`${home} is below something that is not a folder, so the database can't be kept there.`);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(code).toBe(1);
  });
});
