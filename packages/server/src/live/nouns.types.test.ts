import {
  type LiveChange,
  type LiveNoun,
  type LiveRequest,
  type LiveRow,
  type LiveTopic,
  type Log,
  liveNouns,
} from "@ostinato/protocol";
import { expect, expectTypeOf, test } from "vitest";
import type { Unit } from "../kernel/unit.ts";
import { type Noun, type Nouns, nouns } from "./nouns.service.ts";

// What is said of types is checked by the compiler (`npm run check -- types`).

test("a noun of the protocol that has no entry does not compile, nor an entry of no noun", () => {
  const { log: _log, ...rest } = nouns;
  // @ts-expect-error `log` is missing.
  const forgotten: Nouns = rest;
  // @ts-expect-error The protocol has no `weather`.
  const invented: Nouns = { ...nouns, weather: nouns.log };
  expect(Object.keys(invented)).toHaveLength(Object.keys(forgotten).length + 2);
});

test("an entry names topics of the protocol only, each with what it takes", () => {
  const readMany = async () => [];
  const entry: Noun<Log> = { readMany, topics: { "flow-run": ({ flow_run_id }) => [flow_run_id], flows: true } };
  // @ts-expect-error There is no topic `weather`.
  const unknown: Noun<Log> = { readMany, topics: { weather: true } };
  // @ts-expect-error The topic `flows` is of all flows, and takes no id.
  const ofOne: Noun<Log> = { readMany, topics: { flows: ({ id }) => [id] } };
  // @ts-expect-error The topic `task-run` is of one task run.
  const ofAll: Noun<Log> = { readMany, topics: { "task-run": true } };
  expect([entry, unknown, ofOne, ofAll].every((each) => each.readMany === readMany)).toBe(true);
});

test("a unit notes nouns of the protocol only, with their rows", () => {
  const note = (unit: Unit, flow: LiveRow<"flow">) => {
    unit.changed("flow", [flow], (row) => row);
    unit.changed("flow-run", [{ id: "a" }]);
    // @ts-expect-error The protocol has no `weather`.
    unit.changed("weather", [{ id: "a" }]);
    // @ts-expect-error This is the row of another noun.
    unit.changed("log", [flow], (row) => row);
    // @ts-expect-error The protocol has no `weather`.
    unit.deleted("weather", ["a"]);
  };
  expect(note).toBeTypeOf("function");
});

test("topics, requests and changes are made of the nouns", () => {
  expectTypeOf<Extract<LiveTopic, { kind: "flows" }>>().toEqualTypeOf<{ readonly kind: "flows" }>();
  expectTypeOf<Extract<LiveTopic, { kind: "task-run" }>>().toEqualTypeOf<{
    readonly kind: "task-run";
    readonly task_run_id: string;
  }>();
  expectTypeOf<Extract<LiveTopic, { kind: "log" }>>().toEqualTypeOf<{
    readonly kind: "log";
    readonly flow_run_id: string;
  }>();
  expectTypeOf<Extract<LiveTopic, { kind: "worker" }>>().toEqualTypeOf<never>();
  expectTypeOf<Extract<LiveRequest, { type: "subscribe" }>["topic"]>().toEqualTypeOf<LiveTopic>();
  expectTypeOf<Extract<LiveChange, { kind: "log" }>["row"]>().toEqualTypeOf<Log>();
  expectTypeOf<LiveChange["kind"]>().toEqualTypeOf<LiveNoun | "deleted">();
  expect(Object.keys(nouns).sort()).toEqual(Object.keys(liveNouns).sort());
});
