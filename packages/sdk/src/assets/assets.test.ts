import { filterEvents } from "@ostinato/protocol";
import { beforeEach, describe, expect, test } from "vitest";
import { recordOnOwnServer } from "../../test/harness.ts";
import { flow, runFlow } from "../flow/flow.ts";
import { materialize } from "../task/materialize.ts";
import { task } from "../task/task.ts";
import { addAssetMetadata, asset } from "./asset.ts";

const recorder = recordOnOwnServer();
let lake = 0;
beforeEach(() => {
  lake += 1;
});
const key = (name: string) => `s3://lake-${lake}/${name}`;

/** What a program told of the assets of this test: the event, the asset, what it was made of, and the metadata. */
async function told(flowRunId: string | undefined) {
  const filter = {
    event: { prefix: ["prefect.asset."] },
    related: { id: [`prefect.flow-run.${flowRunId}`] },
    order: "ASC" as const,
  };
  const { events } = await recorder.client.call(filterEvents, { body: { filter, limit: 50 } });
  const short = (id = "") => id.split("/").at(-1) ?? "";
  return events
    .map(({ event, resource, related, payload }) => {
      const of = related.filter((each) => each["prefect.resource.role"] === "asset");
      return [
        event.replace("prefect.asset.", ""),
        short(resource["prefect.resource.id"]),
        of.map((each) => short(each["prefect.resource.id"])).join(),
        payload,
      ];
    })
    .toSorted((one, other) => String(one).localeCompare(String(other)));
}

async function run(body: () => Promise<unknown>): Promise<string | undefined> {
  const future = runFlow(flow({ name: "makes assets" }, body), undefined as never);
  await Promise.resolve(future).catch(() => {});
  return future.id;
}

describe("a task that makes assets", () => {
  test("tells of them once it has ended, with what it read and with what it says of them", async () => {
    const raw = asset(key("raw"), { name: "Raw", description: "d", url: "https://x.example", owners: ["me", "you"] });
    const load = materialize(raw, { materializedBy: "spark" }, async function load() {
      raw.addMetadata({ rows: 1 });
      addAssetMetadata(key("raw"), { rows: 2, bytes: 5 });
      return [1, 2];
    });
    const pass = task(async function pass(rows: number[]) {
      return rows.length;
    });
    const build = materialize(
      [key("features"), key("index")],
      { assetDeps: ["postgres://shop/users"] },
      async function build(rows: number) {
        addAssetMetadata(key("index"), { rows });
        return rows;
      },
    );
    const id = await run(async () => build(pass(load())));
    expect(await told(id)).toEqual([
      ["materialization.succeeded", "features", "raw,users", {}],
      ["materialization.succeeded", "index", "raw,users", { rows: 2 }],
      ["materialization.succeeded", "raw", "", { rows: 2, bytes: 5 }],
      ["referenced", "raw", "", {}],
      ["referenced", "users", "", {}],
    ]);
    const filter = { resource: { id: [key("raw")] }, event: { name: ["prefect.asset.materialization.succeeded"] } };
    const [event] = (await recorder.client.call(filterEvents, { body: { filter } })).events;
    expect(event?.resource).toEqual({
      "prefect.resource.id": key("raw"),
      "prefect.resource.name": "Raw",
      "prefect.asset.description": "d",
      "prefect.asset.url": "https://x.example",
      "prefect.asset.owners": '["me", "you"]',
    });
    expect(event?.related.map((each) => each["prefect.resource.role"]).toSorted()).toEqual([
      "asset-materialized-by",
      "flow",
      "flow-run",
      "task-run",
    ]);
  });

  test("tells of its last attempt only, of no reused result, and of nothing that it could not begin", async () => {
    let attempts = 0;
    const flaky = materialize(key("flaky"), { retries: 1 }, async function flaky() {
      attempts += 1;
      addAssetMetadata(key("flaky"), { attempts });
      if (attempts < 2) throw new Error("not yet");
    });
    const broken = materialize(key("broken"), async function broken(): Promise<number> {
      throw new Error("no");
    });
    const after = materialize(key("after"), async function after(_: number) {});
    const cached = materialize(key("cached"), { cache: { by: "inputs" } }, async function cached() {
      return lake;
    });
    const id = await run(async () => {
      await flaky();
      await cached();
      await cached();
      await after(broken());
    });
    expect(await told(id)).toEqual([
      ["materialization.failed", "broken", "", {}],
      ["materialization.succeeded", "cached", "", {}],
      ["materialization.succeeded", "flaky", "", { attempts: 2 }],
    ]);
  });

  test("is one like any other: it has options, copies and a bare function", async () => {
    const load = materialize(key("a"), { tags: ["etl"] }, async function load(by: number) {
      return by + 1;
    });
    expect(load.name).toBe("load");
    expect(await load.fn(1)).toBe(2);
    const id = await run(async () => load.with({ assets: [key("b")] }).map([1, 2]));
    expect((await told(id)).map(([, of]) => of)).toEqual(["b", "b"]);
  });
});

describe("a task without assets", () => {
  test("hands on what it was made of, also as something to wait for", async () => {
    const load = materialize(key("raw"), async function load() {});
    const build = materialize(key("built"), async function build() {});
    const id = await run(async () => build.with({ waitFor: [load()] })());
    expect(await told(id)).toContainEqual(["materialization.succeeded", "built", "raw", {}]);
  });

  test("that reads an asset leaves it to the next one", async () => {
    const read = task({ assetDeps: [key("raw")] }, async function read() {
      return 1;
    });
    const build = materialize(key("built"), async function build(_: number) {});
    const id = await run(async () => build(read()));
    expect(await told(id)).toEqual([
      ["materialization.succeeded", "built", "raw", {}],
      ["referenced", "raw", "", {}],
    ]);
  });
});

describe("wrong use", () => {
  test.each([
    ["no URI", () => asset("features"), 'give a URI as the key, such as "s3://'],
    ["a blank", () => asset("s3://a b"), 'cannot contain " "'],
    ["a long key", () => asset(`s3://${"a".repeat(600)}`), "at most 512"],
    ["an unknown property", () => asset("s3://a", { nam: "x" } as never), "nam"],
    ["no asset", () => materialize([], async function none() {}), "at least one asset"],
    ["a key that is none", () => materialize("x", async function none() {}), "give a URI"],
    ["metadata outside of a task", () => addAssetMetadata("s3://a", {}), "inside the task that makes the asset"],
  ])("says so: %s", (_, use, says) => {
    expect(use).toThrow(says);
  });

  test("says so: metadata of an asset of another task", async () => {
    const load = materialize(key("a"), async function load() {
      addAssetMetadata(key("b"), {});
    });
    await expect(
      runFlow(
        flow({ name: "wrong" }, async () => load()),
        undefined as never,
      ),
    ).rejects.toThrow('task "load" does not make this asset');
  });
});
