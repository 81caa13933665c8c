import { deepStrictEqual, equal, ok } from "node:assert/strict";
import { formatResultLocation, parseResultLocation } from "@ostinato/core";
import type { ResultStore } from "@ostinato/sdk";

/** A test runner's function that declares one test: `test` of Vitest or of `node:test`. */
export type DeclareTest = (name: string, run: () => Promise<void>) => unknown;

export interface ResultStoreSuite {
  readonly scheme: string;
  /** An existing place for results, as it follows the scheme in `resultStorage`; empty where the store takes none. */
  readonly root: string;
  /** Called in each test, after any `beforeAll`. All opened stores have the same content. */
  readonly open: () => ResultStore | Promise<ResultStore>;
}

/**
 * Declares the tests that every result store must pass.
 *
 * ```ts
 * import { test } from "node:test";
 * import type { ResultStore } from "ostinato";
 * import { testResultStore } from "ostinato/testing";
 *
 * const texts = new Map<string, string>();
 * const open = (): ResultStore => ({
 *   async write({ name, text }) { texts.set(name, text); return name; },
 *   async read(place) { return texts.get(place); },
 * });
 *
 * testResultStore(test, { scheme: "memory", root: "", open });
 * ```
 */
export function testResultStore(test: DeclareTest, { scheme, root, open }: ResultStoreSuite): void {
  const write = async (name: string, text: string) => (await open()).write({ root, name, text });
  const read = async (place: string) => (await open()).read(place);

  test("reads what was written: nothing, other scripts, megabytes", async () => {
    for (const [name, text] of Object.entries({ a1: "", b2: "Zürich ∑ 🛫\n\t", "c_-3": "x".repeat(3_000_000) })) {
      ok((await read(await write(name, text))) === text, `the text of ${name} came back changed`);
    }
  });

  test("keeps characters that take two places whole, wherever a long text is cut", async () => {
    for (const text of [`${"😀".repeat(700_000)}`, `x${"😀".repeat(700_000)}`]) {
      ok((await read(await write("emoji-ab", text))) === text, "the text came back changed");
    }
  });

  test("keeps results apart that are written at the same time", async () => {
    const names = Array.from({ length: 20 }, (_, index) => `at-once-${index}`);
    const places = await Promise.all(names.map((name) => write(name, `text of ${name}`)));
    const texts = await Promise.all(places.map(read));
    deepStrictEqual(
      texts,
      names.map((name) => `text of ${name}`),
    );
  });

  test("gives one place to one name, and the text of one of its writers whole", async () => {
    const texts = ["a", "b", "c"].map((letter) => letter.repeat(100_000));
    const places = await Promise.all(texts.map((text) => write("race-1", text)));
    equal(new Set(places).size, 1);
    const text = await read(places[0] ?? "");
    ok(texts.includes(text ?? ""), "the text is of none of the writers");
  });

  test("names places that a location can carry", async () => {
    const place = await write("named-1", "text");
    const location = formatResultLocation({ scheme, place });
    deepStrictEqual(parseResultLocation(location), { scheme, place });
    ok(place.length < 2000, "the place is longer than 2000 characters");
  });

  test("knows nothing of places where it has written nothing", async () => {
    const place = await write("known-1", "text");
    for (const other of [
      `${place}x`,
      place.replace("known-1", "known-2"),
      "",
      "..",
      "/etc/passwd",
      "../../etc/passwd",
    ]) {
      equal(await read(other), undefined, `it read something at ${JSON.stringify(other)}`);
    }
  });
}
