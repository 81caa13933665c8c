import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";

const folder = new URL("./", import.meta.url);

/** The modules that a file loads, and those that they load: our own, and packages by name. */
async function loadedBy(file: string, seen = new Set<string>()): Promise<ReadonlySet<string>> {
  if (seen.has(file)) return seen;
  seen.add(file);
  if (!file.startsWith("./")) return seen;
  const source = await readFile(new URL(file, folder), "utf8");
  for (const [, name = ""] of source.matchAll(/^import (?!type\b)[^;]*? from "([^"]+)";/gm)) await loadedBy(name, seen);
  return seen;
}

test.each(["./sqlite-reader-thread.ts", "./sqlite-checkpoint-thread.ts"])(
  "%s loads little: the first long question waits until the thread is there",
  async (file) => {
    const loaded = await loadedBy(file);
    const others = [...loaded].filter((name) => !name.startsWith("./") && !name.startsWith("node:"));
    expect(others).toEqual([]);
  },
);
