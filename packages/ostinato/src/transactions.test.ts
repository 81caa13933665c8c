import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { readConcurrencyLimit } from "@ostinato/protocol";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { home, nextJson, run, runFile, type Script } from "../test/script-harness.ts";
import { listen, patience, type ServerUnderTest, said } from "../test/serving-harness.ts";

const bin = fileURLToPath(new URL("bin.mjs", import.meta.url));

vi.setConfig({ testTimeout: 180_000 });

describeOnEachDatabase("transactions of several processes", (database) => {
  let server: ServerUnderTest;
  beforeEach(async () => {
    server = await listen(database.url);
  });
  afterEach(() => server[Symbol.asyncDispose]());

  const ostinato = async (...args: readonly string[]) => {
    const env = { ...process.env, OSTINATO_API_URL: server.apiUrl };
    return (await promisify(execFile)(process.execPath, [bin, ...args], { env })).stdout;
  };
  const start = (key: string, how: "stays" | "ends"): Script =>
    run("transacts", [key, how], { OSTINATO_API_URL: server.apiUrl });

  test("are executed by one process at a time, by the next one when that is killed, and by none when it is done", async () => {
    const key = "load one month";
    const first = start(key, "stays");
    expect(await nextJson(first)).toEqual({ says: "begun" });
    const second = start(key, "ends");
    await said({ script: second }, `waits for the transaction that holds the key "${key}"`);
    expect(await ostinato("transaction", "ls")).toMatch(/^KEY +WAITING +SINCE\nload one month +1 +/);
    first.child.kill("SIGKILL");
    // It began neither before the first one was dead nor after the next one had ended.
    expect(await nextJson(second)).toEqual({ says: "begun" });
    expect(await nextJson(second)).toEqual({ says: "ended", value: second.child.pid });
    const third = start(key, "ends");
    expect(await nextJson(third)).toEqual({ says: "ended", value: second.child.pid });
    for (const script of [second, third]) expect(await script.ended()).toMatchObject({ code: 0 });
    expect(await ostinato("transaction", "forget", key, "--yes")).toBe(`Forgotten: ${key}\n`);
    expect(await ostinato("transaction", "inspect", key)).toMatch(/Committed +no\n *Held by +nobody/);
  });

  test("whose process is told to end are rolled back, and their key is free at once", async () => {
    const key = "load another month";
    const stopped = start(key, "stays");
    expect(await nextJson(stopped)).toEqual({ says: "begun" });
    stopped.child.kill("SIGTERM");
    expect(await nextJson(stopped)).toEqual({ says: "undone" });
    await stopped.ended();
    await vi.waitFor(async () => {
      const params = { id_or_name: `transaction:${key}` };
      expect((await server.client.call(readConcurrencyLimit, { params })).active_slots).toBe(0);
    }, patience);
  });
});

test.each(["load.ts", "copy.ts"])(
  "the program %s of the documentation prints what its comments say, without a server",
  async (name) => {
    const documentation = await readFile(new URL("../../../docs/transactions.md", import.meta.url), "utf8");
    const programs = [...documentation.matchAll(/```ts\n\/\/ (.*)\n([\s\S]*?)```/g)];
    const [, , program = ""] = programs.find(([, file]) => file === name) ?? [];
    const file = join(home, name.replace(".ts", ".mts"));
    await writeFile(file, program.replace('"ostinato"', JSON.stringify(new URL("./index.ts", import.meta.url).href)));
    const script = runFile(file);
    const printed: string[] = [];
    script.output.on("line", (line) => printed.push(line));
    expect(await script.ended(), script.errors()).toMatchObject({ code: 0 });
    expect(printed).toEqual([...program.matchAll(/\/\/ (.*)$/gm)].map(([, text]) => text));
  },
);
