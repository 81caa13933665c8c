import { expect, test } from "vitest";
import { recordOnOwnServer } from "../../test/harness.ts";
import { flow, task } from "../index.ts";

const server = recordOnOwnServer();

const give = task({ runName: "give {_as}" }, async function give(_as: string, value: unknown): Promise<unknown> {
  return value;
});
const take = task({ runName: "take {_as}" }, async function take(_as: string, _value: unknown) {});

/** `from > to` for every argument whose source is recorded. */
async function edgesOf(body: () => Promise<unknown>): Promise<readonly string[]> {
  const run = flow({ name: "edges" }, async () => void (await body()))();
  await run;
  const rows = await server.taskRuns(await run.created);
  const names = new Map(rows.map(({ id, name }) => [id, name]));
  const sources = rows.flatMap(({ name, task_inputs }) =>
    Object.values(task_inputs).flatMap((inputs) =>
      inputs.map((input) => `${names.get("id" in input ? String(input.id) : "")} > ${name}`),
    ),
  );
  return [...new Set(sources)].sort();
}

test.each<[string, unknown]>([
  ["a text", "s3://lake/trips.parquet"],
  ["a long text", "row\n".repeat(100_000)],
  ["a number", 1024.5],
  ["a big integer", 12345678901234567890n],
  ["a record", { rows: 1 }],
])("%s that was awaited is known by the run that gave it", async (_, value) => {
  expect(await edgesOf(async () => await take("it", await give("it", value)))).toEqual(["give it > take it"]);
});

test("parts of a result are known, one layer deep", async () => {
  const edges = await edgesOf(async () => {
    const { path, sizes } = (await give("all", { path: "s3://lake/a", sizes: [4096, 8192] })) as {
      path: string;
      sizes: number[];
    };
    await take("path", path);
    await take("sizes", sizes);
    await take("inside", { deep: [path] });
    await take("other", "s3://lake/b");
  });
  expect(edges).toEqual(["give all > take inside", "give all > take path", "give all > take sizes"]);
});

test.each([0, 256, -5, "", "true", "ok", true, null, undefined])("%j is nobody's", async (value) => {
  expect(await edgesOf(async () => await take("it", await give("it", value)))).toEqual([]);
});

const end = task(async function end(_as: string) {
  return "finished";
});

test("what two runs gave is nobody's, but who passes a value on has it", async () => {
  const both = await edgesOf(async () => {
    await end("one");
    await take("it", await end("other"));
  });
  expect(both).toEqual([]);
  const passed = await edgesOf(async () => {
    const first = await give("first", "s3://lake/c");
    await take("it", await give("second", first));
  });
  expect(passed).toEqual(["give first > give second", "give second > take it"]);
});

test("a subflow's value is known by the task run that stands for it", async () => {
  const child = flow({ name: "child of edges" }, async () => "s3://lake/child");
  expect(await edgesOf(async () => await take("it", await child()))).toEqual(["child of edges-0 > take it"]);
});
