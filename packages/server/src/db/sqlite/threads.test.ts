import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";

/** The modules that a file loads, and those that they load: our own by their addresses, and packages by name. */
async function loadedBy(file: string, seen = new Set<string>()): Promise<ReadonlySet<string>> {
  if (seen.has(file)) return seen;
  seen.add(file);
  if (!file.startsWith("file:")) return seen;
  const source = await readFile(new URL(file), "utf8");
  for (const [, name = ""] of source.matchAll(/^import (?!type\b)[^;]*? from "([^"]+)";/gm))
    await loadedBy(name.startsWith(".") ? new URL(name, file).href : name, seen);
  return seen;
}

test.each(["./reader-thread.ts", "./checkpoint-thread.ts"])(
  "%s loads little: the first long question waits until the thread is there",
  async (file) => {
    const loaded = await loadedBy(new URL(file, import.meta.url).href);
    const others = [...loaded].filter((name) => !name.startsWith("file:") && !name.startsWith("node:"));
    expect(others).toEqual([]);
  },
);
