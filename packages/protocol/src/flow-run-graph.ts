import type { Static } from "typebox";
import { route } from "./route.ts";
import { ById, Enum, Maybe, Moment, MomentInput, Nullable, Open, StateTypeName, Type, Uuid } from "./schema.ts";
import { State } from "./states.ts";

const Edge = Open({ id: Uuid });

export const GraphArtifact = Open({
  id: Uuid,
  created: Moment,
  key: Nullable(Type.String()),
  type: Nullable(Type.String()),
  is_latest: Type.Boolean(),
  data: Type.Unknown(),
});

export const GraphNode = Open({
  kind: Enum(["flow-run", "task-run"] as const),
  id: Uuid,
  label: Type.String(),
  state_type: StateTypeName,
  start_time: Moment,
  end_time: Nullable(Moment),
  parents: Type.Array(Edge),
  children: Type.Array(Edge),
  encapsulating: Type.Array(Edge),
  artifacts: Type.Array(GraphArtifact),
});
export type GraphNode = Static<typeof GraphNode>;

export const FlowRunGraph = Open({
  start_time: Nullable(Moment),
  end_time: Nullable(Moment),
  root_node_ids: Type.Array(Uuid),
  nodes: Type.Array(Type.Tuple([Uuid, GraphNode])),
  artifacts: Type.Array(GraphArtifact),
  states: Type.Array(Open({ id: Uuid, timestamp: Moment, type: StateTypeName, name: Type.String() })),
});
export type FlowRunGraph = Static<typeof FlowRunGraph>;

export const FlowRunDependency = Open({
  id: Uuid,
  name: Type.String(),
  upstream_dependencies: Type.Array(Open({ input_type: Type.Literal("task_run"), id: Uuid })),
  state: Nullable(State),
  expected_start_time: Nullable(Moment),
  start_time: Nullable(Moment),
  end_time: Nullable(Moment),
  total_run_time: Nullable(Type.Number()),
  estimated_run_time: Nullable(Type.Number()),
  untrackable_result: Type.Boolean(),
});
export type FlowRunDependency = Static<typeof FlowRunDependency>;

export const readFlowRunDependencies = route({
  method: "GET",
  path: "/flow_runs/{id}/graph",
  access: "read",
  summary: "The task runs of a flow run with what each depends on",
  tag: "Flow run graph",
  params: ById,
  replies: { 200: Type.Array(FlowRunDependency) },
});

export const readFlowRunGraph = route({
  method: "GET",
  path: "/flow_runs/{id}/graph-v2",
  access: "read",
  summary: "The graph of a flow run: task runs, subflows, their edges, artifacts and states",
  tag: "Flow run graph",
  params: ById,
  query: Open({ since: Maybe(MomentInput) }),
  replies: { 200: FlowRunGraph },
});
