import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { ownProcess } from "@ostinato/core/process";
import { afterEach, beforeEach, expect, test } from "vitest";
import { takeName } from "./worker-name.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ostinato-names-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const take = (name: string | undefined, poolName = "gpu") => takeName({ folder, poolName, name });
const files = () => readdirSync(join(folder, "names"));

/** The file of a name that the process wrote which is named so. */
function leave(name: string, holder: string): void {
  writeFileSync(join(folder, "names", `gpu@${name}`), holder);
}

test("a name is one worker's until it is released, in each pool", async () => {
  const own = await take("anvil");
  await expect(take("anvil")).rejects.toThrow(
    'A worker named "anvil" of work pool "gpu" runs on this machine already.',
  );
  expect((await take("anvil", "cpu")).name).toBe("anvil");
  own.release();
  expect((await take("anvil")).name).toBe("anvil");
});

test("workers without a name get that of the machine, with numbers", async () => {
  const names = [(await take(undefined)).name, (await take(undefined)).name];
  expect(names[1]).toBe(`${names[0]}-2`);
  expect(names[0]).toBe(hostname());
});

test("of those who start at the same moment one gets the name of a worker that is gone", async () => {
  (await take("first")).release();
  const { pid } = spawnSync(process.execPath, ["-e", ""]);
  leave("anvil", (ownProcess() ?? "").replace(`/${process.pid}/`, `/${pid}/`));
  const taken = await Promise.allSettled(Array.from({ length: 20 }, () => take("anvil")));
  expect(taken.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  expect(files()).toEqual(["gpu@anvil"]);
});

test("a name whose holder can't be looked at from here is not taken", async () => {
  (await take("first")).release();
  leave("anvil", "linux-another-1/1/1");
  await expect(take("anvil")).rejects.toThrow('A worker named "anvil"');
});
