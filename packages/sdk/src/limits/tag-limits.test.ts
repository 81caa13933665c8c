import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Client, createClient } from "@ostinato/client";
import { createConcurrencyLimit, deleteConcurrencyLimit, readConcurrencyLimit } from "@ostinato/protocol";
import { createServer, readConfig, type Server } from "@ostinato/server";
import { fakeClock } from "@ostinato/testing/clock";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { injecting } from "../../test/harness.ts";
import { flow } from "../flow/flow.ts";
import { useConnection } from "../session/session.ts";
import { task } from "../task/task.ts";

const clock = fakeClock();
let folder: string;
let server: Server;
let client: Client;
let session: AsyncDisposable;
/** The names that were asked for since the test began, a list for each request. */
let asked: (readonly string[])[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ostinato-tags-"));
  process.env.OSTINATO_HOME = folder;
  process.env.OSTINATO_LOG_LEVEL ??= "off";
  const config = readConfig({
    OSTINATO_DATABASE_URL: `sqlite://${join(folder, "ostinato.db")}`,
    OSTINATO_LOG_LEVEL: "silent",
  });
  server = await createServer({ config, clock });
  const inject = injecting(server);
  client = createClient({ baseUrl: "in-process", transport: inject });
  const transport: typeof inject = async (request) => {
    if (request.path.endsWith("/increment-with-lease")) asked.push(JSON.parse(String(request.body)).names);
    return await inject(request);
  };
  session = await useConnection({ baseUrl: "in-process", transport, inProcess: true }, clock);
});
afterAll(async () => {
  await session[Symbol.asyncDispose]();
  await server.stop();
  await rm(folder, { recursive: true });
});
beforeEach(() => {
  asked = [];
});

async function limit(tag: string, slots: number): Promise<void> {
  await client.call(createConcurrencyLimit, { body: { name: `tag:${tag}`, limit: slots } });
}

/** A task that says how many of its runs were inside at once. None leaves before so many have met. */
function visits(tags: readonly string[], meeting = 1) {
  const seen = { inside: 0, most: 0 };
  const met = Promise.withResolvers<void>();
  const visit = task({ name: `visits ${tags.join(" ")}`, tags }, async (_index: number) => {
    seen.inside += 1;
    seen.most = Math.max(seen.most, seen.inside);
    if (seen.inside >= meeting) met.resolve();
    await met.promise;
    await new Promise((resolve) => setImmediate(resolve));
    seen.inside -= 1;
  });
  const times = (count: number) =>
    flow({ name: "visits" }, async () => {
      await Promise.all(Array.from({ length: count }, (_, index) => visit(index)));
    })();
  return { times, seen };
}

describe("limits of tags", () => {
  test("let so many tasks with the tag run at once, whatever the task", async () => {
    await limit("database", 2);
    const { times, seen } = visits(["etl", "database"], 2);
    await times(8);
    expect(seen.most).toBe(2);
    const { active_slots } = await client.call(readConcurrencyLimit, { params: { id_or_name: "tag:database" } });
    expect(active_slots).toBe(0);
    expect(asked[0]).toEqual(["tag:etl", "tag:database"]);
    expect(asked.at(-1)).toEqual(["tag:database"]);
  });

  test("are not asked for by tasks without tags", async () => {
    await visits([]).times(3);
    expect(asked).toEqual([]);
  });

  test("that are not there cost a program one request in ten seconds, however many tasks begin at once", async () => {
    const { times } = visits(["free", "open"], 20);
    await times(20);
    await times(20);
    expect(asked).toEqual([["tag:free", "tag:open"]]);
    await clock.advance(11);
    await times(20);
    expect(asked).toHaveLength(2);
  });

  test("that are made while a program runs hold within ten seconds, and until they are deleted", async () => {
    const { times, seen } = visits(["later"]);
    await times(4);
    await limit("later", 1);
    await clock.advance(11);
    seen.most = 0;
    await times(4);
    expect(seen.most).toBe(1);
    await client.call(deleteConcurrencyLimit, { params: { id_or_name: "tag:later" } });
    asked = [];
    await times(1);
    await times(4);
    expect(asked).toEqual([["tag:later"]]);
  });

  test("let a task call another with the same tag, which shares its slot", async () => {
    await limit("nested", 1);
    const inner = task({ name: "inner", tags: ["nested"] }, async () => "inside");
    const outer = task({ name: "outer", tags: ["nested"] }, async () => await inner());
    expect(await flow({ name: "nested" }, async () => await outer())()).toBe("inside");
  });

  test("fail a task that they would never let run, with the reason", async () => {
    await limit("never", 0);
    await expect(visits(["never"]).times(1)).rejects.toThrow(
      'The limit "tag:never" has no slots, so it lets nothing begin. Raise the limit.',
    );
  });

  test("are asked for by one request, of the first five hundred tags", async () => {
    await visits(Array.from({ length: 501 }, (_, index) => `many-${index}`)).times(2);
    expect(asked.map(({ length }) => length)).toEqual([500]);
  });
});
