import type { Artifact } from "./artifacts.ts";
import type { Flow } from "./flows.ts";
import type { Log } from "./logs.ts";
import type { TaskRun } from "./task-runs.ts";
import type { FlowRunRow } from "./ui/runs.ts";

/** Messages of the page on `/ui/live`. A subscription's `id` is the page's own. */
export type LiveRequest =
  | { readonly type: "subscribe"; readonly id: number; readonly topic: LiveTopic }
  | { readonly type: "unsubscribe"; readonly id: number }
  | { readonly type: "ping" };

/**
 * `flow-runs`: every flow run; `flow-run`: one, with its task runs, logs, artifacts and subflows; `task-run`: one, with its
 * logs and artifacts; others by their noun.
 */
export type LiveTopic =
  | { readonly kind: "flow-runs" }
  | { readonly kind: "flow-run"; readonly flow_run_id: string }
  | { readonly kind: "task-run"; readonly task_run_id: string }
  | { readonly kind: "flows" }
  | { readonly kind: "artifacts" };

/** A flow run comes when it changed itself, and at most twice a second when only its `task_counts` did. */
export type LiveChange =
  | { readonly kind: "flow-run"; readonly row: FlowRunRow }
  | { readonly kind: "task-run"; readonly row: TaskRun }
  | { readonly kind: "log"; readonly row: Log }
  | { readonly kind: "artifact"; readonly row: Artifact }
  | { readonly kind: "flow"; readonly row: Flow }
  | { readonly kind: "deleted"; readonly of: "flow-run" | "task-run" | "artifact" | "flow"; readonly id: string };

/**
 * Messages of the server. `changes` holds what changed within some 50 ms, the newest row of each thing, log lines in their
 * order. After `resync` the page must read again what it shows: changes were lost on the way.
 */
export type LiveMessage =
  | { readonly type: "subscribed"; readonly id: number }
  | { readonly type: "changes"; readonly id: number; readonly changes: readonly LiveChange[] }
  | { readonly type: "resync"; readonly id: number; readonly reason: string }
  | { readonly type: "error"; readonly id: number | null; readonly message: string }
  | { readonly type: "pong" };
