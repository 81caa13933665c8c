import type { FlowRunFilter, ResourceFilter, RunCriteria, WorkPoolFilter } from "@ostinato/protocol";
import { test } from "vitest";
import { matcherOf } from "../kernel/matcher.ts";
import { type CriteriaTable, criteriaOf } from "./criteria.queries.ts";
import { isMissing, oneOf, oneOfIds, otherThan } from "./operators.queries.ts";
import { matching, related } from "./related.queries.ts";

const id = { any_: oneOfIds("work_pool.id") };
const name = { any_: oneOf("work_pool.name") };
const type = { any_: oneOf("work_pool.type") };

test("a table has a criterion for each part of its filter, and no other", () => {
  criteriaOf<WorkPoolFilter>({ id, name, type });
  // @ts-expect-error: a part is missing
  criteriaOf<WorkPoolFilter>({ id, name });
  // @ts-expect-error: the filter does not have this part
  criteriaOf<WorkPoolFilter>({ id, name, type, paused: { any_: oneOf("work_pool.paused") } });
});

test("a part has a criterion for each of its leaves, and no other", () => {
  // @ts-expect-error: a leaf is missing
  criteriaOf<WorkPoolFilter>({ id, name, type: {} });
  // @ts-expect-error: the part does not have this leaf
  criteriaOf<WorkPoolFilter>({ id, name, type: { ...type, not_any_: otherThan("work_pool.type") } });
  const state: CriteriaTable<FlowRunFilter>["state"] = {
    // @ts-expect-error: a leaf of a part within a part is missing
    type: { any_: oneOf("flow_run.state_type") },
    name: { any_: oneOf("flow_run.state_name"), not_any_: otherThan("flow_run.state_name") },
  };
  void state;
});

test("a matcher in memory has each leaf too, of which a record is one", () => {
  const [id, labels] = [() => undefined, () => undefined];
  matcherOf<ResourceFilter, object>({ id, id_prefix: id, labels });
  // @ts-expect-error: a leaf is missing
  matcherOf<ResourceFilter, object>({ id, labels });
  // @ts-expect-error: the filter does not have this leaf
  matcherOf<ResourceFilter, object>({ id, id_prefix: id, labels, role: id });
});

test("a criterion takes what its leaf has", () => {
  // @ts-expect-error: a list is not a flag
  criteriaOf<WorkPoolFilter>({ id, name, type: { any_: isMissing("work_pool.type") } });
});

test("criteria of a kind that no path leads to are refused", (_, criteria = {} as RunCriteria) => {
  matching("flow_run", criteria);
  // @ts-expect-error: flows are not looked for by work queues
  matching("flow", criteria);
  // @ts-expect-error: nor task runs by work pools
  matching("task_run", { work_pools: { name: { any_: ["a"] } } });
  // @ts-expect-error: nor artifacts
  related("artifact", { work_pools: null });
});
