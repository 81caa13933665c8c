import { addSeconds, formatTimestamp, timeOrderedId } from "@ostinato/core";
import type { Asset, AssetLineage, AssetMaterialization, Resource } from "@ostinato/protocol";
import { type FakeClock, fakeClock } from "@ostinato/testing/clock";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../test/harness.ts";

interface Happening {
  readonly ends?: "succeeded" | "failed";
  readonly labels?: object;
  readonly upstream?: readonly string[];
  readonly payload?: object;
  readonly ago?: number;
  readonly related?: readonly Resource[];
}

interface Found {
  readonly results: readonly Asset[];
  readonly count: number;
}

interface History {
  readonly results: readonly AssetMaterialization[];
  readonly count: number;
}

describeOnEachDatabase("assets", (database) => {
  let clock: FakeClock;
  let server: TestServer;
  let lake = 0;
  /** A key that no other test has. */
  const key = (name: string) => `s3://lake-${lake}/${name}`;

  beforeAll(async () => {
    clock = fakeClock();
    server = await startTestServer(database.url, { clock });
  });
  beforeEach(() => {
    lake += 1;
  });
  afterAll(() => server.stop());

  function eventOf(
    event: string,
    of: string,
    { labels = {}, upstream = [], payload = {}, ago = 0, related = [] }: Happening,
  ) {
    return {
      id: timeOrderedId(clock.now()),
      occurred: formatTimestamp(addSeconds(clock.now(), -ago)),
      event,
      resource: { "prefect.resource.id": of, ...labels },
      related: [...upstream.map((id) => ({ "prefect.resource.id": id, "prefect.resource.role": "asset" })), ...related],
      payload,
    };
  }

  async function send(...events: readonly object[]): Promise<void> {
    expect(await server.call("POST", "/events", events)).toMatchObject({ status: 204 });
    await server.tick("consumer assets");
  }

  const made = (name: string, happening: Happening = {}) =>
    eventOf(`prefect.asset.materialization.${happening.ends ?? "succeeded"}`, key(name), happening);
  const readBy = (name: string, happening: Happening = {}) => eventOf("prefect.asset.referenced", key(name), happening);
  const find = async (body: object) =>
    (await server.call<Found>("POST", "/assets/filter", { text: `lake-${lake}/`, ...body })).body;
  const keysOf = ({ results }: Found) => results.map((each) => each.key.split("/").at(-1));
  const address = (path: string, name: string) => `/assets/${path}?key=${encodeURIComponent(key(name))}`;
  const read = async (name: string) => (await server.call<Asset>("GET", address("asset", name))).body;
  const history = async (body: object) =>
    (await server.call<History>("POST", "/assets/materializations/filter", body)).body;
  const lineage = async (name: string) => (await server.call<AssetLineage>("GET", address("lineage", name))).body;

  test("are known once an event tells of them, with what it says, and by whom they were made", async () => {
    const [flowRun, taskRun, flow] = [1, 2, 3].map(() => timeOrderedId(clock.now()));
    const labels = {
      "prefect.resource.name": "Features",
      "prefect.asset.description": "What the model reads",
      "prefect.asset.url": "https://lake.example/features",
      "prefect.asset.owners": '["me", "you"]',
    };
    const role = (kind: string, id: string | undefined, name: string) => ({
      "prefect.resource.id": `prefect.${kind}.${id}`,
      "prefect.resource.role": kind,
      "prefect.resource.name": name,
    });
    const related = [
      { "prefect.resource.id": "dbt", "prefect.resource.role": "asset-materialized-by" },
      role("flow-run", flowRun, "busy-bee"),
      role("task-run", taskRun, "make-1"),
      role("flow", flow, "pipeline"),
    ];
    await send(made("features", { labels, related, payload: { rows: 10 }, upstream: [key("raw")] }));
    const materialization = {
      asset_key: key("features"),
      succeeded: true,
      flow_run: { id: flowRun, name: "busy-bee" },
      task_run: { id: taskRun, name: "make-1" },
      flow: { id: flow, name: "pipeline" },
      made_by: "dbt",
      metadata: { rows: 10 },
    };
    expect(await read("features")).toMatchObject({
      key: key("features"),
      name: "Features",
      description: "What the model reads",
      url: "https://lake.example/features",
      owners: ["me", "you"],
      last_materialization: materialization,
    });
    expect(await read("raw")).toMatchObject({ name: null, owners: [], last_materialization: null });
    for (const which of [{ asset_key: key("features") }, { flow_run_id: flowRun }, { task_run_id: taskRun }]) {
      expect(await history(which)).toMatchObject({ count: 1, results: [materialization] });
    }
    expect(await history({ flow_run_id: taskRun })).toEqual({ count: 0, results: [] });
  });

  test("keep what was said of them until something else is said, in the order in which it happened", async () => {
    await send(made("a", { labels: { "prefect.resource.name": "New", "prefect.asset.owners": "me" }, ago: 10 }));
    await send(made("a", { labels: { "prefect.asset.description": "Old" }, ago: 60, ends: "failed" }), readBy("a"));
    expect(await read("a")).toMatchObject({
      name: "New",
      description: null,
      owners: ["me"],
      last_materialization: { succeeded: true },
    });
    await send(readBy("a", { labels: { "prefect.asset.url": "https://x.example" } }));
    expect(await read("a")).toMatchObject({ name: null, url: "https://x.example", owners: [] });
  });

  test("are found by a part of the key or the name and by how they were last made, and are sorted", async () => {
    await send(
      made("b", { ago: 30 }),
      made("a", { ago: 50 }),
      made("c", { ends: "failed", labels: { "prefect.resource.name": "Churn" }, ago: 40 }),
      readBy("d", { ago: 20 }),
    );
    expect(keysOf(await find({}))).toEqual(["a", "b", "c", "d"]);
    expect(keysOf(await find({ sort: "MADE_DESC" }))).toEqual(["b", "c", "a", "d"]);
    expect(keysOf(await find({ sort: "LAST_SEEN_DESC" }))).toEqual(["d", "b", "c", "a"]);
    expect(keysOf(await find({ states: ["failed", "never"] }))).toEqual(["c", "d"]);
    expect(await find({ states: ["succeeded"], limit: 1, offset: 1 })).toMatchObject({
      count: 2,
      results: [{ key: key("b") }],
    });
    expect(keysOf(await find({ text: "churn" }))).toContain("c");
    expect(await find({ text: "no such" })).toEqual({ results: [], count: 0 });
  });

  test("show all that they are made of, and all that is made of them, also in circles", async () => {
    await send(
      made("clean", { upstream: [key("raw")] }),
      made("features", { upstream: [key("clean"), key("users")] }),
      made("model", { upstream: [key("features")], ends: "failed" }),
      made("raw", { upstream: [key("raw")] }),
      made("other", { upstream: [key("raw")] }),
    );
    const seen = await lineage("clean");
    const short = (of: string) => of.split("/").at(-1);
    expect(seen.assets.map((each) => short(each.key)).toSorted()).toEqual(["clean", "features", "model", "raw"]);
    const arrows = ({ dependencies }: AssetLineage) =>
      dependencies.map(({ upstream, downstream }) => `${short(upstream)} → ${short(downstream)}`).toSorted();
    expect(arrows(seen)).toEqual(["clean → features", "features → model", "raw → clean"]);
    expect(seen.is_cut).toBe(false);
    await send(made("raw", { upstream: [key("model")] }));
    expect(arrows(await lineage("clean"))).toEqual([
      "clean → features",
      "features → model",
      "model → raw",
      "raw → clean",
      "users → features",
    ]);
  });

  test("with more than 200 others around them show that this is not all", async () => {
    const upstream = Array.from({ length: 250 }, (_, index) => key(`part-${index}`));
    await send(...[0, 100, 200].map((from) => made("whole", { upstream: upstream.slice(from, from + 90) })));
    const { assets, is_cut } = await lineage("whole");
    expect(is_cut).toBe(true);
    expect(assets).toHaveLength(200);
  });

  test("lose their history with its events, and are forgotten when somebody deletes them", async () => {
    const event = made("a", { upstream: [key("b")] });
    await send(event);
    await server.context.db.write(async (tx) => tx.deleteFrom("event").where("id", "=", event.id).execute());
    expect(await history({ asset_key: key("a") })).toMatchObject({ count: 0 });
    expect(await read("a")).toMatchObject({ key: key("a"), last_materialization: null });
    expect(await server.call("DELETE", address("asset", "a"))).toMatchObject({ status: 204 });
    expect(await server.call("GET", address("asset", "a"))).toMatchObject({
      status: 404,
      body: { detail: "Asset not found" },
    });
    expect(await server.call("GET", address("lineage", "a"))).toMatchObject({ status: 404 });
    expect((await lineage("b")).dependencies).toEqual([]);
  });

  describe("of events that say little", () => {
    test("have what there is", async () => {
      const related = [
        { "prefect.resource.id": "prefect.flow-run.no-id", "prefect.resource.role": "flow-run" },
        { "prefect.resource.id": "elsewhere", "prefect.resource.role": "flow" },
      ];
      await send(made("a", { related, labels: { "prefect.asset.owners": "[broken" } }));
      expect(await read("a")).toMatchObject({
        owners: ["[broken"],
        last_materialization: { flow_run: null, flow: null, task_run: null, made_by: null, metadata: {} },
      });
    });
  });
});
