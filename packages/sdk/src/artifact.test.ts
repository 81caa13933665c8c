import { filterArtifacts, filterLatestArtifacts } from "@ostinato/protocol";
import { expect, test } from "vitest";
import { recordOnOwnServer } from "../test/harness.ts";
import { artifact, flow, task } from "./index.ts";

const server = recordOnOwnServer();

async function made(key: string) {
  const found = await server.client.call(filterArtifacts, {
    body: { artifacts: { key: { any_: [key] } }, sort: "CREATED_DESC" },
  });
  return found.map(({ type, data, description }) => ({ type, data, description }));
}

test("keeps each kind in Prefect's shape, under the run that made it", async () => {
  const chart = Buffer.from("<svg xmlns='http://www.w3.org/2000/svg'/>");
  const drawing = task(async function drawing() {
    await artifact.image({ key: "chart", image: chart });
  });
  const run = flow({ name: "reporting" }, async () => {
    await artifact.markdown({ key: "report", markdown: "# One", description: "a report" });
    await artifact.markdown({ key: "report", markdown: "# Two" });
    await artifact.table({ key: "records", table: [{ model: "linear", rmse: 7.76 }] });
    await artifact.table({ key: "lists", columns: ["a", "b"], table: [[1, 2]] });
    await artifact.link({ key: "link", link: "https://example.org/a b", linkText: "see [this]" });
    await artifact.image({ key: "address", image: "https://example.org/chart.png" });
    await drawing();
    const progress = await artifact.progress({ key: "upload", progress: 10 });
    await progress.update(62.5);
  })();
  await run;
  expect(await made("report")).toEqual([
    { type: "markdown", data: "# Two", description: null },
    { type: "markdown", data: "# One", description: "a report" },
  ]);
  expect((await made("records"))[0]).toMatchObject({ type: "table", data: '[{"model":"linear","rmse":7.76}]' });
  expect((await made("lists"))[0]).toMatchObject({ type: "table", data: '[{"a":1,"b":2}]' });
  expect((await made("link"))[0]).toMatchObject({
    type: "markdown",
    data: "[see \\[this\\]](https://example.org/a%20b)",
  });
  expect((await made("address"))[0]).toMatchObject({ type: "image", data: "https://example.org/chart.png" });
  expect((await made("chart"))[0]).toMatchObject({ data: `data:image/svg+xml;base64,${chart.toString("base64")}` });
  expect((await made("upload"))[0]).toMatchObject({ type: "progress", data: 62.5 });
  const latest = await server.client.call(filterLatestArtifacts, {
    body: { flow_runs: { id: { any_: [await run.created] } } },
  });
  expect(latest.map(({ key }) => key).sort()).toEqual([
    "address",
    "chart",
    "link",
    "lists",
    "records",
    "report",
    "upload",
  ]);
  const [row] = await server.taskRuns(await run.created);
  expect(latest.find(({ key }) => key === "chart")?.task_run_id).toBe(row?.id);
});

test.each([
  ["a key", () => artifact.markdown({ key: "My Report", markdown: "" }), 'The key of an artifact is "My Report"'],
  ["bytes", async () => artifact.image({ image: Uint8Array.of(1, 2, 3) }), "These bytes are not a PNG"],
  ["progress", () => artifact.progress({ progress: 120 }), "The progress of an artifact is 120"],
])("says what is wrong with %s", async (_, make, message) => {
  await expect(make()).rejects.toThrow(message);
});

test("what is larger than the server takes is refused with what to do, before it is sent", async () => {
  const markdown = "x".repeat(16 * 1024 * 1024);
  await expect(artifact.markdown({ markdown })).rejects.toThrow(
    /^The markdown artifact takes 167\d+ bytes, and the server takes 16777216: keep the whole in a file/,
  );
});
