import { afterAll, beforeAll, expect, test } from "vitest";
import { freePort, makeWorkplace, type Workplace } from "../test/command.ts";
import { files } from "../test/flows.ts";

const nobody = "01a201aa-0d7b-7000-876f-c23a0481b6cd";
let place: Workplace;
let run: { readonly id: string; readonly name: string };

beforeAll(async () => {
  const port = await freePort();
  place = makeWorkplace({ OSTINATO_API_URL: `http://127.0.0.1:${port}/api` });
  for (const name of ["sum.ts", "several.ts", "endless.ts"] as const) place.write(name, files[name]);
  await place.run("server", "start", "--background", "--port", String(port));
  run = await runOf("sum.ts");
});

afterAll(async () => {
  await place.run("server", "stop");
  place.dispose();
});

async function runOf(target: string): Promise<{ readonly id: string; readonly name: string }> {
  const { stdout } = await place.run("run", target, "--json");
  const { flow_run_id: id, name } = JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "");
  return { id, name };
}

async function json(...args: readonly string[]) {
  const { code, stdout, stderr } = await place.run(...args, "--json");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return JSON.parse(stdout);
}

test("flows and flow runs are listed for people and for programs", async () => {
  const [flow] = await json("flow", "ls", "--name", "sum");
  expect(flow).toMatchObject({ name: "sum", runs: expect.any(Number), last_state: "Completed" });
  const table = await place.run("flow-run", "ls", "--flow", "sum", "--tag", "numbers");
  const [head, line] = table.stdout.split("\n");
  expect(head).toMatch(/^ID +NAME +FLOW +STATE +STARTED +TOOK +TASKS$/);
  expect(line).toMatch(new RegExp(`^${run.id} +${run.name} +sum +Completed +.* ago +.* +3/3$`));
  expect(await json("flow-run", "ls", "--flow", "sum", "--state", "failed")).toEqual([]);
});

test("an unknown flow is answered with what exists", async () => {
  const { code, stderr } = await place.run("flow-run", "ls", "--flow", "summ");
  expect({ code, stderr }).toEqual({ code: 1, stderr: 'Error: There is no flow "summ". Did you mean "sum"?\n' });
});

test("a flow run is found by its name or its id", async () => {
  expect(await json("flow-run", "inspect", run.name)).toMatchObject({ id: run.id, state_type: "COMPLETED" });
  const { states } = await json("flow-run", "inspect", run.id);
  expect(states.map(({ name }: { name: string }) => name)).toEqual(["Pending", "Running", "Completed"]);
  const { stdout } = await place.run("flow-run", "inspect", run.id);
  expect(stdout).toMatch(/^State +Completed$/m);
});

test.each([
  {
    args: ["flow-run", "inspect", "no-such-run"],
    says: 'There is no flow run with the name "no-such-run". "ostinato flow-run ls"',
  },
  { args: ["flow-run", "logs", nobody], says: `There is no flow run with the id "${nobody}".` },
  { args: ["task-run", "inspect", nobody], says: `There is no task run with the id ${nobody}.` },
  {
    args: ["artifact", "inspect", "sum-reprot"],
    says: 'There is no artifact with the key "sum-reprot". Did you mean "sum-report"?',
  },
])("what is not there is named: $args", async ({ args, says }) => {
  const { code, stderr } = await place.run(...args);
  expect(stderr).toContain(`Error: ${says}`);
  expect(code).toBe(1);
});

test("task runs are listed in the order in which they began, and shown one by one", async () => {
  const rows = await json("task-run", "ls", "--flow-run", run.name);
  expect(rows.map(({ name }: { name: string }) => name)).toEqual(["double-0", "double-1", "double-2"]);
  expect(await json("task-run", "inspect", rows[0].id)).toMatchObject({ name: "double-0", state_name: "Completed" });
  expect((await place.run("task-run", "logs", rows[0].id)).stderr).toBe("No log lines.\n");
});

test("artifacts are listed by key and shown as what they are", async () => {
  const keys = (await json("artifact", "ls")).map(({ key }: { key: string }) => key);
  expect(keys).toEqual(expect.arrayContaining(["sum-report", "sum-rows"]));
  expect((await place.run("artifact", "inspect", "sum-report")).stdout).toMatch(/^# Sum$/m);
  expect((await place.run("artifact", "inspect", "sum-rows")).stdout).toMatch(/^n +doubled\n0 +0\n1 +2$/m);
  expect(await json("artifact", "ls", "--flow-run", run.id)).toHaveLength(2);
});

test("logs come whole, from a level on, from the end, and as one JSON object a line", async () => {
  const whole = await place.run("flow-run", "logs", run.id);
  expect(whole.stdout).toMatch(/^\d\d:\d\d:\d\d\.\d{3} WARNING {2}summing 3$/m);
  expect((await place.run("flow-run", "logs", run.id, "--level", "warning")).stdout.trim().split("\n")).toHaveLength(1);
  const [last = ""] = (await place.run("flow-run", "logs", run.id, "--tail", "1")).stdout.trim().split("\n");
  expect(whole.stdout.trimEnd().endsWith(last)).toBe(true);
  const lines = (await place.run("flow-run", "logs", run.id, "--json")).stdout.trim().split("\n");
  expect(lines.map((line) => JSON.parse(line).flow_run_id)).toEqual(lines.map(() => run.id));
});

test("a run is followed while it goes on, and left when it ends", async () => {
  const running = place.start("run", "endless.ts", "--json");
  await running.printed("waiting");
  const [{ id }] = await json("flow-run", "ls", "--flow", "endless", "--state", "running");
  const following = place.start("flow-run", "logs", id, "--follow");
  await following.printed("waiting");
  running.child.kill("SIGINT");
  const { code, stdout } = await following.finished;
  expect(code).toBe(0);
  const lines = stdout.trim().split("\n");
  expect(lines.at(-1)).toMatch(/cancelled: Interrupted by SIGINT\.$/);
  expect(new Set(lines).size).toBe(lines.length);
  await running.finished;
});

test("what is over can't be cancelled, and the reason is given", async () => {
  const { code, stderr } = await place.run("flow-run", "cancel", run.id);
  expect(stderr).toMatch(new RegExp(`^Error: Flow run ${run.name} was not cancelled: .+`));
  expect(code).toBe(1);
});

test("flow runs are deleted when it is said twice", async () => {
  const { id, name } = await runOf("several.ts:train");
  expect(await place.run("flow-run", "delete", id)).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(
      /will be deleted with task runs, states, inputs, log lines and results\. Subflows, artifacts .* stay\. .*add --yes/,
    ),
  });
  expect(await json("flow-run", "delete", name, "--yes")).toEqual({ deleted: [id] });
  expect(await place.run("flow-run", "inspect", id)).toMatchObject({ code: 1 });
});

test("a reader that has seen enough is no error", async () => {
  const following = place.start("flow-run", "logs", run.id);
  following.child.stdout?.destroy();
  expect((await following.finished).stderr).toBe("");
});

test("assets are listed, shown with what they are made of, and forgotten", async () => {
  place.write(
    "lake.ts",
    `import { addAssetMetadata, flow, materialize } from "ostinato";
const raw = materialize("s3://lake/raw.parquet", async function raw() { return [1, 2]; });
const features = materialize("s3://lake/features.parquet", async function features(rows: number[]) {
  addAssetMetadata("s3://lake/features.parquet", { rows: rows.length });
});
export const lake = flow(async function lake() { await features(raw()); });
`,
  );
  await runOf("lake.ts");
  // A consumer keeps assets, a moment after the run.
  await expect.poll(() => json("asset", "ls", "--match", "lake/"), { timeout: 30_000, interval: 500 }).toHaveLength(2);
  const { stdout } = await place.run("asset", "ls");
  expect(stdout).toMatch(/^KEY +NAME +LAST MADE +ENDED +BY FLOW$/m);
  expect(stdout).toMatch(/^s3:\/\/lake\/features.parquet +.* ago +succeeded +lake$/m);
  const shown = await json("asset", "inspect", "s3://lake/features.parquet");
  expect(shown).toMatchObject({
    upstream: ["s3://lake/raw.parquet"],
    downstream: [],
    materializations: [{ succeeded: true, metadata: { rows: 2 }, flow: { name: "lake" } }],
  });
  const text = await place.run("asset", "inspect", "s3://lake/raw.parquet");
  expect(text.stdout).toMatch(/^Used for +s3:\/\/lake\/features.parquet$/m);
  expect((await place.run("asset", "inspect", "s3://nothing")).stderr).toContain('There is no asset "s3://nothing"');
  expect(await json("asset", "delete", "s3://lake/raw.parquet", "--yes")).toEqual({
    deleted: ["s3://lake/raw.parquet"],
  });
  expect(await json("asset", "ls")).toMatchObject([{ key: "s3://lake/features.parquet" }]);
});

test("a state is set by hand with its reason, and only one that a person may set", async () => {
  const { id, name } = await runOf("sum.ts");
  expect(await json("flow-run", "set-state", id, "failed", "--reason", "the table was wrong")).toEqual({
    id,
    name,
    state: "Failed",
    state_type: "FAILED",
  });
  const { states } = await json("flow-run", "inspect", id);
  expect(states.at(-1)).toMatchObject({ message: "Set by hand on the command line: the table was wrong" });
  const said = await place.run("flow-run", "set-state", name, "COMPLETED", "--reason", "it was right");
  expect(said).toMatchObject({ code: 0, stdout: `Flow run ${name} is Completed now.\n` });
  const [task] = await json("task-run", "ls", "--flow-run", id);
  expect(await json("task-run", "set-state", task.id, "crashed", "--reason", "x")).toMatchObject({ state: "Crashed" });

  const running = await place.run("flow-run", "set-state", id, "running", "--reason", "x");
  expect(running.code).toBe(2);
  expect(running.stderr).toContain(
    '"running" can\'t be set by hand. Give one of: completed, failed, crashed, cancelled.',
  );
  expect((await place.run("flow-run", "set-state", id, "failed")).stderr).toContain("--reason");
  expect((await place.run("flow-run", "set-state", id, "failed", "--reason", " ")).stderr).toContain(
    "--reason is empty",
  );
});

test("two flow runs are compared by what they were given and by their tasks", async () => {
  const other = await runOf("sum.ts");
  const comparison = await json("flow-run", "compare", run.id, other.name);
  expect(comparison).toMatchObject({ a: { id: run.id }, b: { id: other.id }, tasks: expect.any(Array) });
  const { code, stdout } = await place.run("flow-run", "compare", run.name, other.id);
  expect(code).toBe(0);
  expect(stdout).toMatch(new RegExp(`Flow run +${run.name} +${other.name}`));
  expect(stdout).toMatch(/^TASK +A +B +DIFFERENCE +RESULT$/m);
  const nobodys = await place.run("flow-run", "compare", run.id, nobody);
  expect(nobodys).toMatchObject({ code: 1, stdout: "" });
  expect(nobodys.stderr).toContain("There is no flow run with the id");
});
