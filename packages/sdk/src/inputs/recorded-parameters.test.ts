import { serialize } from "@ostinato/core";
import { createFlow, createFlowRun, readKeptParameters } from "@ostinato/protocol";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { recordOnOwnServer } from "../../test/harness.ts";
import { resumeRun, runFlow } from "../flow/flow.ts";
import { flow, secret } from "../index.ts";

const server = recordOnOwnServer();

interface FailingOptions {
  readonly name: string;
  readonly parameters?: z.ZodType;
}

/** A flow that fails the first time, and what it was given each time. */
function failingOnce<P>({ name, parameters = z.any() }: FailingOptions) {
  const seen: P[] = [];
  const work = async (given: unknown) => {
    seen.push(given as P);
    if (seen.length === 1) throw new Error("not yet");
  };
  const made =
    parameters instanceof z.ZodAny ? flow({ name }, work as () => Promise<void>) : flow({ name, parameters }, work);
  return { seen, flow: made, run: (given: unknown) => runFlow(made, given) };
}

async function resumed<P>(failing: ReturnType<typeof failingOnce<P>>, parameters: unknown) {
  const first = failing.run(parameters);
  await expect(first).rejects.toThrow("not yet");
  const id = await first.created;
  await resumeRun(id, failing.flow);
  return { id, before: failing.seen[0], after: failing.seen[1] };
}

const keptOf = async (id: string) => await server.client.call(readKeptParameters, { params: { id } });

describe("a run that goes on has the parameters that it had", () => {
  test.each<[string, unknown]>([
    ["a moment", new Date("2026-03-01T00:00:00Z")],
    ["no valid moment", new Date(Number.NaN)],
    ["a set", new Set([1, "a"])],
    [
      "a map",
      new Map<unknown, unknown>([
        ["a", new Set([1])],
        [2, "b"],
      ]),
    ],
    ["bytes", Uint8Array.of(0, 1, 255)],
    ["a buffer", Buffer.from("naïve")],
    ["numbers", Float64Array.of(-0, 1.5)],
    ["a big integer", 12345678901234567890n],
    ["a large number", 2 ** 60],
    ["not a number", Number.NaN],
    ["infinity", Number.NEGATIVE_INFINITY],
    ["minus zero", -0],
    ["undefined in a list", [1, undefined]],
    ["a text with a NUL", "a\0b"],
    ["half a character", "a\ud800"],
    ["asterisks", "********"],
    ["what looks like a picture", { "Set(1)": [1] }],
    ["an address", new URL("https://example.org/?q=1")],
    ["an error", new RangeError("too far")],
  ])("%s", async (_, value) => {
    const { before, after } = await resumed(failingOnce({ name: "as it was" }), { value });
    expect(before).toEqual({ value });
    expect(after).toStrictEqual({ value });
    expect(Object.is((after as { value: unknown }).value, value) || typeof value === "object").toBe(true);
  });

  test("also parts that are shared, and go round", async () => {
    const node: { self?: unknown } = {};
    node.self = node;
    const { after } = await resumed(failingOnce<{ a: unknown; b: unknown }>({ name: "shared" }), { a: node, b: node });
    expect(after?.a).toBe(after?.b);
    expect(after?.a).toHaveProperty("self", after?.a);
  });

  test("whatever they are", async () => {
    const value = fc
      .anything({ withBigInt: true, withDate: true, withMap: true, withSet: true, withTypedArray: true })
      .filter((candidate) => serialize(candidate).ok);
    await fc.assert(
      fc.asyncProperty(fc.array(value, { minLength: 20, maxLength: 20 }), async (values) => {
        const { after } = await resumed(failingOnce({ name: "anything" }), { values });
        expect(after).toEqual({ values });
      }),
      { numRuns: 5 },
    );
  });

  test("and JSON is kept once", async () => {
    const parameters = { day: "2026-03-01", rows: [{ n: 1.5, ok: true, none: null }], limit: undefined };
    const { id, after } = await resumed(failingOnce({ name: "plain" }), parameters);
    expect(after).toEqual(parameters);
    expect(await keptOf(id)).toBeNull();
    expect((await server.flowRun(id)).parameters).toEqual({
      day: "2026-03-01",
      rows: [{ n: 1.5, ok: true, none: null }],
    });
  });
});

describe("parameters that a schema has changed", () => {
  test.each<[string, z.ZodType, unknown, unknown]>([
    ["to moments", z.object({ day: z.date() }), { day: new Date(0) }, { day: new Date(0) }],
    ["to another kind", z.object({ n: z.string().transform(Number) }), { n: "7" }, { n: 7 }],
    ["from text to moments", z.object({ day: z.coerce.date() }), { day: "1970-01-01" }, { day: new Date(0) }],
  ])("%s are given as they were", async (_, parameters, asked, got) => {
    const { before, after } = await resumed(failingOnce({ name: "changed", parameters }), asked);
    expect(before).toEqual(got);
    expect(after).toEqual(got);
  });

  test("by the moment are not made anew", async () => {
    let moments = 0;
    const next = () => {
      moments += 1;
      return new Date(moments);
    };
    const parameters = z.object({ at: z.date().default(next) });
    const { before, after } = await resumed(failingOnce({ name: "by the moment", parameters }), {});
    expect(after).toEqual(before);
  });

  test("to what cannot be written down are made again from what was asked", async () => {
    class Day {
      readonly text: string;
      constructor(text: string) {
        this.text = text;
      }
    }
    const parameters = z.object({ day: z.string().transform((text) => new Day(text)) });
    const { after } = await resumed(failingOnce<{ day: Day }>({ name: "made again", parameters }), { day: "mon" });
    expect(after?.day).toBeInstanceOf(Day);
    expect(after?.day.text).toBe("mon");
  });
});

describe("parameters that cannot be had again are refused with a sentence", () => {
  class Client {
    readonly sockets = 1;
  }
  test.each<[string, unknown, string]>([
    [
      "a secret",
      { user: "me", password: secret("hunter2-of-mine") },
      "password: it is a secret, and secrets are never kept",
    ],
    ["a secret inside", { login: { password: secret("hunter2-of-mine") } }, "login: it holds a secret"],
    ["an instance", { client: new Client() }, "client: an instance of Client cannot be written down"],
    ["too much", { bytes: new Uint8Array(2 ** 20) }, "bytes: it holds more than 1048576 characters"],
  ])("%s", async (_, parameters, reason) => {
    const failing = failingOnce({ name: "refused" });
    const first = failing.run(parameters);
    await expect(first).rejects.toThrow("not yet");
    const id = await first.created;
    await expect(resumeRun(id, failing.flow)).rejects.toThrow(
      `cannot go on, since its parameters cannot be had again: ${reason}`,
    );
    expect(failing.seen).toHaveLength(1);
    expect(await server.flowRun(id)).toMatchObject({ state_type: "FAILED", run_count: 1 });
    expect(JSON.stringify(await keptOf(id))).not.toContain("hunter2-of-mine");
  });

  test("a secret that was revealed and is part of a text", async () => {
    const password = secret("open sesame now");
    const failing = failingOnce({ name: "revealed" });
    const first = failing.run({ url: `https://me:${password.reveal()}@example.org` });
    await expect(first).rejects.toThrow("not yet");
    const id = await first.created;
    await expect(resumeRun(id, failing.flow)).rejects.toThrow("url: a secret that was revealed is in it");
    expect(JSON.stringify([await keptOf(id), await server.flowRun(id)])).not.toContain("sesame");
  });

  test.each([[{ password: "********" }], [{ ids: { "Set(1)": [1] } }], [{ data: { length: 2, hex: "01ff" } }]])(
    "what an older version has recorded as %j",
    async (parameters) => {
      const failing = failingOnce({ name: "recorded before" });
      const { id: flow_id } = await server.client.call(createFlow, { body: { name: "recorded before" } });
      const { id } = await server.client.call(createFlowRun, { body: { flow_id, parameters } });
      await expect(resumeRun(id, failing.flow)).rejects.toThrow("kept only what is shown of them. Start a new run.");
      expect(failing.seen).toEqual([]);
    },
  );
});
