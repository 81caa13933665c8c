import { Check } from "typebox/schema";
import { describe, expect, test } from "vitest";
import {
  ArtifactCollectionFilter,
  ArtifactFilter,
  DeploymentFilter,
  EventFilter,
  FlowFilter,
  FlowRunFilter,
  LogFilter,
  TaskRunFilter,
  type TSchema,
  WorkPoolFilter,
  WorkQueueFilter,
} from "./index.ts";

const filters: Readonly<Record<string, TSchema>> = {
  FlowFilter,
  FlowRunFilter,
  TaskRunFilter,
  DeploymentFilter,
  WorkPoolFilter,
  WorkQueueFilter,
  LogFilter,
  ArtifactFilter,
  ArtifactCollectionFilter,
  EventFilter,
};

const id = "0199f3a0-6f5c-7c11-8f7c-2d8f3f1f0a11";

interface Shape {
  readonly type?: string;
  readonly anyOf?: readonly TSchema[];
  readonly properties?: Readonly<Record<string, TSchema>>;
  readonly required?: readonly string[];
}

/** The schema of what is there, where it may be null. */
function given(schema: TSchema): Shape {
  const { anyOf } = schema as Shape;
  return (anyOf?.find((each) => (each as Shape).type !== "null") ?? schema) as Shape;
}

/** The places of all objects within a filter, each with a value of those that it can't be without. */
function groupsOf(schema: TSchema, path: readonly string[] = []): readonly (readonly string[])[] {
  const { properties } = given(schema);
  if (properties === undefined) return [];
  return [path, ...Object.entries(properties).flatMap(([key, part]) => groupsOf(part, [...path, key]))];
}

function at(path: readonly string[], value: object): object {
  return path.reduceRight<object>((inner, key) => ({ [key]: inner }), value);
}

/** What a part can't be without: a search in text has its words. */
function required(path: readonly string[]): object {
  return path.at(-1) === "text" ? { query: "x" } : {};
}

describe.each(Object.entries(filters))("%s", (_, filter) => {
  const groups = groupsOf(filter);

  test("takes nothing, and parts with nothing in them", () => {
    for (const path of groups) expect([path, Check(filter, at(path, required(path)))]).toEqual([path, true]);
  });

  test("refuses what it does not know, wherever it stands", () => {
    for (const path of groups) {
      const unknown = { ...required(path), newer_criterion_: ["x"] };
      expect([path, Check(filter, at(path, unknown))]).toEqual([path, false]);
    }
  });

  test("takes null for every part and every value that may be left out", () => {
    for (const path of groups) {
      const { properties = {}, required: needed = [] } = given(schemaAt(filter, path));
      for (const key of Object.keys(properties)) {
        if (needed.includes(key) || isMomentOfEvents([...path, key])) continue;
        const value = at(path, { ...required(path), [key]: null });
        expect([value, Check(filter, value)]).toEqual([value, true]);
      }
    }
  });

  test("refuses text where a part is expected", () => {
    for (const key of Object.keys(given(filter).properties ?? {})) expect(Check(filter, { [key]: "x" })).toBe(false);
  });
});

function schemaAt(filter: TSchema, path: readonly string[]): TSchema {
  return path.reduce<TSchema>((schema, key) => given(schema).properties?.[key] as TSchema, filter);
}

/** As on Prefect's server: the ends of a range of events are moments or are left out. */
function isMomentOfEvents(path: readonly string[]): boolean {
  return path[0] === "occurred" && path.length === 2;
}

test.each<[string, TSchema, object]>([
  ["runs in two states", FlowRunFilter, { state: { type: { any_: ["RUNNING", "PENDING"] } } }],
  ["runs by a state's name", FlowRunFilter, { state: { operator: "or_", name: { not_any_: ["Late"] } } }],
  ["runs since a moment with a zone", FlowRunFilter, { expected_start_time: { after_: "2030-01-01T00:00:00+02:00" } }],
  ["runs since a number of seconds", FlowRunFilter, { start_time: { after_: 1_900_000_000.5, is_null_: false } }],
  ["runs that are nobody's subflow", FlowRunFilter, { parent_task_run_id: { is_null_: true } }],
  ["scheduled runs of a queue that a worker asks for", FlowRunFilter, { work_queue_name: { any_: ["default"] } }],
  ["runs with either tag", FlowRunFilter, { tags: { operator: "or_", any_: ["a"], all_: ["b", "c"] } }],
  ["task runs of a run", TaskRunFilter, { flow_run_id: { any_: [id] }, operator: "and_" }],
  ["deployments below a limit", DeploymentFilter, { concurrency_limit: { le_: 5, is_null_: null } }],
  ["queues by the beginning of a name", WorkQueueFilter, { name: { startswith_: ["gpu-"] } }],
  ["lines from a level on", LogFilter, { level: { ge_: 20, le_: null }, flow_run_id: { any_: [id.toUpperCase()] } }],
  [
    "events of one resource, newest first",
    EventFilter,
    { any_resource: { id: [`prefect.flow-run.${id}`] }, order: "DESC" },
  ],
  ["events by labels", EventFilter, { related: [{ role: ["tag"], labels: { team: ["r*", "!red"], size: "1" } }] }],
])("takes %s", (_, filter, value) => expect(Check(filter, value)).toBe(true));

test.each<[string, TSchema, object]>([
  ["an id that is not one", FlowRunFilter, { id: { any_: ["42"] } }],
  ["one id that is not in a list", FlowRunFilter, { id: { any_: id } }],
  ["a state that there is not", FlowRunFilter, { state: { type: { any_: ["DONE"] } } }],
  ["an operator that there is not", FlowRunFilter, { operator: "xor_" }],
  ["a moment that is not one", FlowRunFilter, { start_time: { after_: "yesterday" } }],
  ["a moment before year 1", FlowRunFilter, { start_time: { after_: "0000-01-01" } }],
  ["a moment before July 1684", FlowRunFilter, { start_time: { after_: "1684-06-30" } }],
  ["a moment after June 2255", FlowRunFilter, { start_time: { before_: "2255-07-01" } }],
  ["a name that is a number", FlowFilter, { name: { any_: [1] } }],
  ["a flag that is text", FlowFilter, { deployment: { is_null_: "yes" } }],
  ["a level beyond 32 bits", LogFilter, { level: { ge_: 2 ** 31 } }],
  ["a level with a fraction", LogFilter, { level: { ge_: 0.5 } }],
  ["a search without words", LogFilter, { text: {} }],
  ["a search of more than 200 characters", LogFilter, { text: { query: "x".repeat(201) } }],
  ["a pair of three", EventFilter, { related: { resources_in_roles: [["a", "b", "c"]] } }],
  ["another order than up or down", EventFilter, { order: "asc" }],
])("refuses %s", (_, filter, value) => expect(Check(filter, value)).toBe(false));

test.each<[string, TSchema, (count: number) => object, number]>([
  ["ids", FlowRunFilter, (count) => ({ id: { any_: Array(count).fill(id) } }), 5000],
  ["names", TaskRunFilter, (count) => ({ name: { any_: Array(count).fill("a") } }), 5000],
  ["tags", FlowFilter, (count) => ({ tags: { all_: Array(count).fill("a") } }), 500],
  ["prefixes", WorkQueueFilter, (count) => ({ name: { startswith_: Array(count).fill("a") } }), 500],
  ["characters of a part of a name", FlowFilter, (count) => ({ name: { like_: "x".repeat(count) } }), 2000],
  ["related resources", EventFilter, (count) => ({ related: Array(count).fill({}) }), 50],
  ["ids of events and of resources in all", EventFilter, (count) => inAll(count), 10_000],
])("takes so many %s and no more", (_, filter, make, max) => {
  expect([Check(filter, make(max)), Check(filter, make(max + 1))]).toEqual([true, false]);
});

/** That many values, in lists that are each short enough. */
function inAll(count: number): object {
  const names = Array(count - 8000).fill("a");
  const half = Array(4000).fill("a");
  return { event: { name: half, exclude_name: half }, resource: { id: names } };
}
