import { timeOrderedId } from "@ostinato/core";
import type { Flow } from "@ostinato/protocol";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../test/harness.ts";
import type { Database } from "../db/dialect.ts";
import type { Change } from "./bus.ts";
import { type Unit, unit } from "./unit.ts";

describeOnEachDatabase("a unit of work", (database) => {
  let server: TestServer;
  let changes: Change[];
  let end: () => void;
  beforeAll(async () => {
    server = await startTestServer(database.url);
  });
  afterAll(() => server.stop());
  beforeEach(() => {
    changes = [];
  });

  const listen = () => {
    end = server.context.bus.subscribe((change) => changes.push(change));
  };
  const flowRow = (name: string) => {
    const now = server.context.clock.now();
    return { id: timeOrderedId(now), created: now, updated: now, name, tags: "[]", labels: "{}" };
  };
  const insert = ({ tx }: Unit, row: ReturnType<typeof flowRow>) => tx.insertInto("flow").values(row).execute();
  const presented = ({ id, name }: { readonly id: string; readonly name: string }): Flow => {
    const moment = "2030-01-01T00:00:00.000000Z";
    return { id, created: moment, updated: moment, name, tags: [], labels: {} };
  };

  test("its notes are published in order once it is durable, and it returns the value of its work", async () => {
    const row = flowRow("noted");
    const found: Promise<number>[] = [];
    listen();
    const look = server.context.bus.subscribe(() => {
      found.push(server.call("GET", `/flows/${row.id}`).then(({ status }) => status));
    });
    const value = await unit(server.context, async (unit) => {
      await insert(unit, row);
      unit.deleted("artifact", ["a", "b"]);
      unit.changed("flow", [row], presented);
      expect(changes).toEqual([]);
      return 7;
    });
    end();
    look();
    expect(value).toBe(7);
    expect(changes).toMatchObject([
      { kind: "deleted", noun: "artifact", ids: ["a", "b"] },
      { kind: "changed", noun: "flow", ids: [row.id], rows: [presented(row)] },
    ]);
    expect(await Promise.all(found)).toEqual([200, 200]);
  });

  test("nothing of a failed unit is stored or published", async () => {
    const row = flowRow("failed");
    listen();
    const failing = unit(server.context, async (unit) => {
      await insert(unit, row);
      unit.changed("flow", [row], presented);
      throw new RangeError("on purpose");
    });
    await expect(failing).rejects.toThrow("on purpose");
    end();
    expect(changes).toEqual([]);
    expect(await server.call("GET", `/flows/${row.id}`)).toMatchObject({ status: 404 });
  });

  test("if the database runs it again, only the notes of the last run are published", async () => {
    const { context } = server;
    const { db } = context;
    const again: Database["write"] = async (work, options) => {
      await db.write(work, options);
      return db.write(work, options);
    };
    let attempts = 0;
    listen();
    await unit({ ...context, db: { ...db, write: again } }, async (unit) => {
      attempts += 1;
      unit.deleted("flow", [`in attempt ${attempts}`]);
    });
    end();
    expect(changes).toEqual([{ kind: "deleted", noun: "flow", ids: ["in attempt 2"] }]);
  });

  test("rows are presented on first use, and once for all users", async () => {
    let count = 0;
    const counted = (row: ReturnType<typeof flowRow>) => {
      count += 1;
      return presented(row);
    };
    const note = () => unit(server.context, async ({ changed }) => changed("flow", [flowRow("seen")], counted));
    await note();
    listen();
    await note();
    expect(count).toBe(0);
    const readers = [1, 2].map(() =>
      server.context.bus.subscribe((change) => {
        if (change.kind === "changed") expect(change.rows).toHaveLength(1);
      }),
    );
    await note();
    for (const stop of [end, ...readers]) stop();
    expect(count).toBe(1);
  });

  test("no change is published for no rows", async () => {
    listen();
    await unit(server.context, async ({ changed, deleted, recorded }) => {
      changed("flow", [], presented);
      deleted("flow", []);
      recorded([]);
    });
    end();
    expect(changes).toEqual([]);
  });
});
