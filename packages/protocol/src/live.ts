import type { Static } from "typebox";
import { Artifact } from "./artifacts.ts";
import { Deployment } from "./deployments.ts";
import { Flow } from "./flows.ts";
import { Log } from "./logs.ts";
import { Open, Tagged, type TSchema, Type, Uuid } from "./schema.ts";
import { TaskRun } from "./task-runs.ts";
import { FlowRunRow } from "./ui/runs.ts";
import { WorkerInfo } from "./workers.ts";

/** A work pool or a work queue that changed: pages read what they show of it again. `work_pool_id` is a pool's own id. */
export const LivePlace = Open({ id: Uuid, work_pool_id: Uuid, name: Type.String() });
export type LivePlace = Static<typeof LivePlace>;

/** A concurrency limit that changed, or whose slots or line did: pages read what they show of it again. */
export const LiveLimit = Open({ id: Uuid, name: Type.String() });
export type LiveLimit = Static<typeof LiveLimit>;

/** A block document, a variable, an automation, a webhook or an asset that changed: pages read what they show of it. The name of an asset is its key. */
export const LiveKept = Open({ id: Uuid, name: Type.String() });
export type LiveKept = Static<typeof LiveKept>;

/** A background task, by its key, whose runs or workers have changed. */
export const LiveBackgroundTask = Open({ id: Type.String() });
export type LiveBackgroundTask = Static<typeof LiveBackgroundTask>;

/** An event that was recorded: pages read what they show of it. */
export const LiveEvent = Open({ id: Uuid, event: Type.String() });
export type LiveEvent = Static<typeof LiveEvent>;

const { data: _data, ...artifactFacts } = Artifact.properties;

/** Without its data, which may be large: pages read what they show of it. */
export const LiveArtifact = Open(artifactFacts);
export type LiveArtifact = Static<typeof LiveArtifact>;

/**
 * The nouns of the live feed. `row` is the row that a page gets. `list` names the topic of all rows; `one` is the field with the
 * id of the row whose topic bears the noun's own name. A noun with neither appears on the topics of others.
 * `withSubflows` says of a topic of a flow run that it has the rows of the run's subflows too, at any depth.
 */
export const liveNouns = {
  flow: { row: Flow, list: "flows" },
  "flow-run": { row: FlowRunRow, list: "flow-runs", one: "flow_run_id" },
  "task-run": { row: TaskRun, one: "task_run_id" },
  log: { row: Log, one: "flow_run_id", withSubflows: true },
  artifact: { row: LiveArtifact, list: "artifacts" },
  deployment: { row: Deployment, list: "deployments", one: "deployment_id" },
  "work-pool": { row: LivePlace, list: "work-pools", one: "work_pool_id" },
  "work-queue": { row: LivePlace },
  worker: { row: WorkerInfo },
  "concurrency-limit": { row: LiveLimit, list: "concurrency-limits", one: "limit_id" },
  "block-document": { row: LiveKept, list: "block-documents" },
  variable: { row: LiveKept, list: "variables" },
  asset: { row: LiveKept, list: "assets" },
  "background-task": { row: LiveBackgroundTask, list: "background-tasks" },
  event: { row: LiveEvent, list: "events" },
  automation: { row: LiveKept, list: "automations", one: "automation_id" },
  webhook: { row: LiveKept, list: "webhooks" },
} as const satisfies Readonly<Record<string, NounOnPages>>;

interface NounOnPages {
  readonly row: TSchema;
  readonly list?: string;
  readonly one?: string;
  readonly withSubflows?: true;
}

/** The topics that have the rows of subflows too. */
export const topicsWithSubflows: ReadonlySet<string> = new Set(
  Object.entries<NounOnPages>(liveNouns).flatMap(([noun, { withSubflows }]) => (withSubflows === true ? noun : [])),
);

type Nouns = typeof liveNouns;
export type LiveNoun = keyof Nouns;
export type LiveRow<N extends LiveNoun = LiveNoun> = { readonly [K in N]: Static<Nouns[K]["row"]> }[N];

/** The topics of all rows of a noun. */
export type ListTopic = { [N in LiveNoun]: Nouns[N] extends { readonly list: infer L } ? L : never }[LiveNoun];
/** The nouns of which a page can watch a single row, or those of a single run. */
export type WatchedNoun = { [N in LiveNoun]: Nouns[N] extends { readonly one: string } ? N : never }[LiveNoun];

type TopicOfOne<N extends WatchedNoun> = {
  readonly [K in N]: { readonly [P in "kind" | Nouns[K]["one"]]: P extends "kind" ? K : string };
}[N];

/**
 * The topics of the live feed. `flow-run` covers one run with its task runs, logs, artifacts and subflows, `log` the lines of a
 * flow run and of its subflows at any depth, `task-run` a task run with its logs and artifacts, `work-pool` one pool with its queues and workers, and `work-pools` all of them.
 */
export type LiveTopic = { readonly [K in ListTopic]: { readonly kind: K } }[ListTopic] | TopicOfOne<WatchedNoun>;
export const LiveTopic = Type.Unsafe<LiveTopic>(
  Tagged(
    "kind",
    Object.entries<NounOnPages>(liveNouns).flatMap(([noun, nounOnPages]) => topicsOf(noun, nounOnPages)),
  ),
);

function topicsOf(noun: string, { list, one }: NounOnPages) {
  return [
    ...(list === undefined ? [] : [Open({ kind: Type.Literal(list) })]),
    ...(one === undefined ? [] : [Open({ kind: Type.Literal(noun), [one]: Uuid })]),
  ];
}

const SubscriptionId = Type.Integer({ minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER });

/** Messages of the page on `/ui/live`. The page chooses the `id` of a subscription. */
export const LiveRequest = Tagged("type", [
  Open({ type: Type.Literal("subscribe"), id: SubscriptionId, topic: LiveTopic }),
  Open({ type: Type.Literal("unsubscribe"), id: SubscriptionId }),
  Open({ type: Type.Literal("ping") }),
]);
export type LiveRequest = Static<typeof LiveRequest>;

/** A row that is new or changed. A flow run comes when it changed itself, and at most twice a second for its `task_counts`. */
export type LiveRowChange<N extends LiveNoun = LiveNoun> = {
  readonly [K in N]: { readonly kind: K; readonly row: LiveRow<K> };
}[N];
export interface LiveDeletion {
  readonly kind: "deleted";
  readonly of: LiveNoun;
  readonly id: string;
}
export type LiveChange = LiveRowChange | LiveDeletion;

/**
 * Messages of the server. `changes` collects about 50 ms of changes: the newest row of each id, and log lines in order. After
 * `resync`, the page must reload its data: changes were lost.
 */
export type LiveMessage =
  | { readonly type: "subscribed"; readonly id: number }
  | { readonly type: "changes"; readonly id: number; readonly changes: readonly LiveChange[] }
  | { readonly type: "resync"; readonly id: number; readonly reason: string }
  | { readonly type: "error"; readonly id: number | null; readonly message: string }
  | { readonly type: "pong" };
