import { addAssetMetadata, asset, flow, materialize, task, useConnection } from "ostinato";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RunningServer } from "../child-server.ts";
import { clients, factsOf } from "./clients.ts";

/** Prefect programs tell of assets unmodified, and programs in TypeScript tell the same. */
for (const { title, python, start } of clients) {
  describe.skipIf(python === undefined)(`assets of a Prefect program, ${title}`, () => tellsOf(python ?? "", start));
}

/** Then the program is ended, and what it was asked says so. */
const programSeconds = 240;

const raw = asset("s3://lake/raw.parquet", {
  name: "Raw",
  description: "d",
  owners: ["me", "you"],
  url: "https://x.example",
});
const makeRaw = materialize(raw, { materializedBy: "spark" }, async function make_raw() {
  raw.addMetadata({ rows: 10 });
  addAssetMetadata(raw, { bytes: 5 });
  return 1;
});
const middle = task(async function middle(value: number) {
  return value;
});
const makeFeatures = materialize(
  ["s3://lake/features.parquet", "s3://lake/second.parquet"],
  { assetDeps: ["postgres://shop/users"] },
  async function make_features(value: number) {
    addAssetMetadata("s3://lake/second.parquet", { rows: 3 });
    return value;
  },
);
const broken = materialize("s3://lake/broken.parquet", async function broken(_: number): Promise<void> {
  throw new Error("no");
});
/** The program of assets.py. */
const pipeline = flow({ name: "pipeline-in-typescript" }, async function pipeline() {
  const made = middle(makeRaw());
  await makeFeatures(made);
  await makeFeatures(makeRaw());
  await broken(made).catch(() => {});
});

type Labels = Readonly<Record<string, string>>;

interface Told {
  readonly event: string;
  readonly resource: Labels;
  readonly related: readonly Labels[];
  readonly payload: object;
}

function tellsOf(python: string, start: () => Promise<RunningServer>): void {
  let server: RunningServer;

  beforeAll(
    async () => {
      server = await start();
      await factsOf({ program: "assets.py", python, server, seconds: programSeconds });
    },
    (programSeconds + 120) * 1000,
  );
  afterAll(() => server?.stop());

  async function ask<Answer>(path: string, body?: object): Promise<Answer> {
    const asked = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
    return (await (await fetch(`${server.apiUrl}${path}`, body === undefined ? {} : asked)).json()) as Answer;
  }

  /** What the runs of a flow told of assets, without the names and ids of the runs, in any order. */
  async function toldBy(name: string): Promise<readonly string[]> {
    const filter = { event: { prefix: ["prefect.asset."] }, order: "ASC" };
    const { events } = await ask<{ events: readonly Told[] }>("/events/filter", { filter, limit: 50 });
    const isOfFlow = ({ related }: Told) =>
      related.some((each) => each["prefect.resource.role"] === "flow" && each["prefect.resource.name"] === name);
    return events.filter(isOfFlow).map(toldInWords).toSorted();
  }

  test("tells of what it made and read, as a program in TypeScript does", async () => {
    const byPython = await toldBy("pipeline");
    expect(byPython).toHaveLength(12);
    const session = await useConnection({ baseUrl: server.apiUrl, inProcess: false });
    await pipeline();
    await session[Symbol.asyncDispose]();
    expect(await toldBy("pipeline-in-typescript")).toEqual(byPython);
  });

  test("is found as assets with their history and lineage", async () => {
    type Assets = { readonly results: readonly { readonly key: string; readonly last_materialization: unknown }[] };
    const assets = async () => (await ask<Assets>("/assets/filter", {})).results;
    await expect.poll(async () => (await assets()).length, { timeout: 60_000 }).toBe(5);
    const [users, ...made] = await assets();
    expect(users).toMatchObject({ key: "postgres://shop/users", last_materialization: null });
    expect(made).toMatchObject([
      { key: "s3://lake/broken.parquet", last_materialization: { succeeded: false } },
      { key: "s3://lake/features.parquet", last_materialization: { succeeded: true } },
      { key: "s3://lake/raw.parquet", name: "Raw", owners: ["me", "you"], url: "https://x.example", description: "d" },
      { key: "s3://lake/second.parquet", last_materialization: { metadata: { rows: 3 } } },
    ]);
    const lineage = await ask("/assets/lineage?key=s3://lake/features.parquet");
    expect(lineage).toMatchObject({
      dependencies: expect.arrayContaining([
        expect.objectContaining({ upstream: "s3://lake/raw.parquet", downstream: "s3://lake/features.parquet" }),
        expect.objectContaining({ upstream: "postgres://shop/users", downstream: "s3://lake/features.parquet" }),
      ]),
    });
  });
}

function toldInWords({ event, resource, related, payload }: Told): string {
  const runs = new Set(["flow-run", "task-run", "flow", "deployment"]);
  const [ofRuns, others] = [true, false].map((isOfRun) =>
    related.filter((each) => runs.has(each["prefect.resource.role"] ?? "") === isOfRun),
  );
  const roles = ofRuns?.map((each) => each["prefect.resource.role"]).toSorted();
  return canonical({ event, resource, payload, roles, others: others?.map(canonical).toSorted() });
}

function canonical(value: unknown): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  return `{${Object.entries(value)
    .map(([name, part]) => `${name}: ${canonical(part)}`)
    .toSorted()
    .join()}}`;
}
