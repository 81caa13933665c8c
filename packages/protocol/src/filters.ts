import type { Static } from "typebox";
import {
  Integer32,
  Maybe,
  MomentInput,
  maxIndexedBytes,
  Operator,
  StateTypeName,
  Strict,
  Type,
  Uuid,
} from "./schema.ts";

/** Values of one list that are compared as they are, and of one list of patterns, tags or prefixes, which cost more. */
const maxValues = 5000;
const maxPatterns = 500;
/** Bounds the labels of one criterion and the criteria on related rows, each of which is searched for separately. */
const maxCriteria = 50;

const ids = Maybe(Type.Array(Uuid, { maxItems: maxValues }));
const names = Maybe(Type.Array(Type.String(), { maxItems: maxValues }));
const patterns = Maybe(Type.Array(Type.String(), { maxItems: maxPatterns }));
const part = Maybe(Type.String({ maxLength: maxIndexedBytes }));
const flag = Maybe(Type.Boolean());
const operator = Maybe(Operator);

const Id = Strict({ any_: ids, not_any_: ids });
const IdAny = Strict({ any_: ids });
const Name = Strict({ any_: names, like_: part });
const NameAny = Strict({ any_: names });
const AllTags = Strict({ operator, all_: patterns, is_null_: flag });
const AllOrAnyTags = Strict({ operator, all_: patterns, any_: patterns, is_null_: flag });
const Range = Strict({ before_: Maybe(MomentInput), after_: Maybe(MomentInput) });
const RangeOrNull = Strict({ before_: Maybe(MomentInput), after_: Maybe(MomentInput), is_null_: flag });
const IdOrNull = Strict({ operator, any_: ids, is_null_: flag });
const types = Maybe(Type.Array(StateTypeName, { maxItems: maxPatterns }));

/** `operator` joins the criteria ("and" by default). Null and absent criteria do not count; an empty `any_` matches nothing. */
export const FlowFilter = Strict({
  operator,
  id: Maybe(Id),
  deployment: Maybe(Strict({ operator, is_null_: flag })),
  name: Maybe(Name),
  tags: Maybe(AllTags),
});
export type FlowFilter = Static<typeof FlowFilter>;

export const FlowRunFilter = Strict({
  operator,
  id: Maybe(Id),
  name: Maybe(Name),
  tags: Maybe(AllOrAnyTags),
  deployment_id: Maybe(IdOrNull),
  work_queue_name: Maybe(Strict({ operator, any_: names, is_null_: flag })),
  state: Maybe(
    Strict({
      operator,
      type: Maybe(Strict({ any_: types, not_any_: types })),
      name: Maybe(Strict({ any_: names, not_any_: names })),
    }),
  ),
  flow_version: Maybe(NameAny),
  start_time: Maybe(RangeOrNull),
  end_time: Maybe(RangeOrNull),
  expected_start_time: Maybe(Range),
  next_scheduled_start_time: Maybe(Range),
  parent_flow_run_id: Maybe(Strict({ operator, any_: ids })),
  parent_task_run_id: Maybe(IdOrNull),
  idempotency_key: Maybe(Strict({ any_: names, not_any_: names })),
  created_by: Maybe(Strict({ operator, id_: ids, type_: names, is_null_: flag })),
});
export type FlowRunFilter = Static<typeof FlowRunFilter>;

export const TaskRunFilter = Strict({
  operator,
  id: Maybe(IdAny),
  name: Maybe(Name),
  tags: Maybe(AllTags),
  state: Maybe(Strict({ operator, type: Maybe(Strict({ any_: types })), name: Maybe(NameAny) })),
  start_time: Maybe(RangeOrNull),
  end_time: Maybe(RangeOrNull),
  expected_start_time: Maybe(Range),
  subflow_runs: Maybe(Strict({ exists_: flag })),
  flow_run_id: Maybe(IdOrNull),
});
export type TaskRunFilter = Static<typeof TaskRunFilter>;

export const DeploymentFilter = Strict({
  operator,
  id: Maybe(Id),
  name: Maybe(Name),
  flow_or_deployment_name: Maybe(Strict({ like_: part })),
  paused: Maybe(Strict({ eq_: flag })),
  tags: Maybe(AllOrAnyTags),
  work_queue_name: Maybe(NameAny),
  concurrency_limit: Maybe(Strict({ ge_: Maybe(Integer32()), le_: Maybe(Integer32()), is_null_: flag })),
});
export type DeploymentFilter = Static<typeof DeploymentFilter>;

export const WorkPoolFilter = Strict({ operator, id: Maybe(IdAny), name: Maybe(NameAny), type: Maybe(NameAny) });
export type WorkPoolFilter = Static<typeof WorkPoolFilter>;

export const WorkQueueFilter = Strict({
  operator,
  id: Maybe(IdAny),
  name: Maybe(Strict({ any_: names, startswith_: patterns })),
});
export type WorkQueueFilter = Static<typeof WorkQueueFilter>;

/** The criteria of one query over runs: each kind narrows the result through its relation to it. */
export const runCriteria = {
  flows: Maybe(FlowFilter),
  flow_runs: Maybe(FlowRunFilter),
  task_runs: Maybe(TaskRunFilter),
  deployments: Maybe(DeploymentFilter),
  work_pools: Maybe(WorkPoolFilter),
  work_pool_queues: Maybe(WorkQueueFilter),
};
export type RunCriteria = { readonly [K in keyof typeof runCriteria]?: Static<(typeof runCriteria)[K]> | undefined };

export const LogFilter = Strict({
  operator,
  level: Maybe(Strict({ ge_: Maybe(Integer32()), le_: Maybe(Integer32()) })),
  timestamp: Maybe(Range),
  flow_run_id: Maybe(IdAny),
  task_run_id: Maybe(Strict({ any_: ids, is_null_: flag })),
  text: Maybe(Strict({ query: Type.String({ maxLength: 200 }) })),
});
export type LogFilter = Static<typeof LogFilter>;

const ArtifactKey = Strict({ any_: names, like_: part, exists_: flag });
const ArtifactType = Strict({ any_: names, not_any_: names });

export const ArtifactFilter = Strict({
  operator,
  id: Maybe(IdAny),
  key: Maybe(ArtifactKey),
  flow_run_id: Maybe(IdAny),
  task_run_id: Maybe(IdAny),
  type: Maybe(ArtifactType),
});
export type ArtifactFilter = Static<typeof ArtifactFilter>;

export const ArtifactCollectionFilter = Strict({
  operator,
  latest_id: Maybe(IdAny),
  key: Maybe(ArtifactKey),
  flow_run_id: Maybe(IdAny),
  task_run_id: Maybe(IdAny),
  type: Maybe(ArtifactType),
});
export type ArtifactCollectionFilter = Static<typeof ArtifactCollectionFilter>;

/** Without `is_anonymous` only documents with a name are found; null asks for both kinds. */
export const BlockDocumentFilter = Strict({
  operator,
  id: Maybe(IdAny),
  is_anonymous: Maybe(Strict({ eq_: flag })),
  block_type_id: Maybe(IdAny),
  name: Maybe(Name),
});
export type BlockDocumentFilter = Static<typeof BlockDocumentFilter>;

export const BlockTypeFilter = Strict({ name: Maybe(Strict({ like_: part })), slug: Maybe(NameAny) });
export type BlockTypeFilter = Static<typeof BlockTypeFilter>;

export const BlockSchemaFilter = Strict({
  operator,
  block_type_id: Maybe(IdAny),
  block_capabilities: Maybe(Strict({ all_: patterns })),
  id: Maybe(IdAny),
  version: Maybe(NameAny),
});
export type BlockSchemaFilter = Static<typeof BlockSchemaFilter>;

export const VariableFilter = Strict({ operator, id: Maybe(IdAny), name: Maybe(Name), tags: Maybe(AllTags) });
export type VariableFilter = Static<typeof VariableFilter>;

export const AutomationFilter = Strict({
  operator,
  id: Maybe(IdAny),
  name: Maybe(NameAny),
  created: Maybe(Strict({ before_: Maybe(MomentInput) })),
  tags: Maybe(AllOrAnyTags),
});
export type AutomationFilter = Static<typeof AutomationFilter>;

const LabelPatterns = Type.Record(
  Type.String(),
  Type.Union([Type.String(), Type.Array(Type.String(), { maxItems: maxPatterns })]),
  { maxProperties: maxCriteria },
);
const AnyResource = Strict({ id: names, id_prefix: patterns, labels: Maybe(LabelPatterns) });
const Related = Strict({
  id: names,
  role: names,
  resources_in_roles: Maybe(Type.Array(Type.Tuple([Type.String(), Type.String()]), { maxItems: maxPatterns })),
  labels: Maybe(LabelPatterns),
});
export type ResourceFilter = Static<typeof AnyResource>;
export type RelatedFilter = Static<typeof Related>;

const EventCriteria = Strict({
  occurred: Maybe(Strict({ since: Type.Optional(MomentInput), until: Type.Optional(MomentInput) })),
  event: Maybe(Strict({ prefix: patterns, exclude_prefix: patterns, name: names, exclude_name: names })),
  resource: Maybe(
    Strict({ id: names, id_prefix: patterns, labels: Maybe(LabelPatterns), distinct: Maybe(Type.Boolean()) }),
  ),
  related: Maybe(Type.Union([Related, Type.Array(Related, { maxItems: maxCriteria })])),
  any_resource: Maybe(Type.Union([AnyResource, Type.Array(AnyResource, { maxItems: maxCriteria })])),
  id: Maybe(Strict({ id: ids })),
  text: Maybe(Strict({ query: Type.String({ maxLength: 200 }) })),
  order: Maybe(Type.Unsafe<"ASC" | "DESC">(Type.Enum(["ASC", "DESC"]))),
});
export type EventFilter = Static<typeof EventCriteria>;

/** Bounds the values of one event filter in total: each becomes a condition of the query. */
const maxAsked = 10_000;

export const EventFilter = Type.Refine(
  EventCriteria,
  (filter) => askedBy(filter) <= maxAsked,
  () => `must ask for at most ${maxAsked} ids, names, prefixes and labels in all`,
);

function askedBy(filter: unknown): number {
  if (typeof filter !== "object" || filter === null) return 1;
  return Object.values(filter).reduce((sum: number, each) => sum + askedBy(each), 0);
}
