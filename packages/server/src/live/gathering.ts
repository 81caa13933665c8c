import type { Artifact, Flow, Log, TaskRun } from "@ostinato/protocol";
import type { Change } from "../kernel/bus.ts";
import { flowRunKey, type TopicKey, taskRunKey } from "./subscriptions.ts";

/** What somebody watches. */
export interface Interest {
  isWatched(key: TopicKey): boolean;
  readonly includeFlowRuns: boolean;
}

/** More than this between two deliveries, and the pages read anew what they show instead. */
const maxGathered = 20_000;
/** The same for the characters of log lines and artifacts, of which a single one may have millions. */
const maxCharacters = 4 * 1024 * 1024;

/** What has changed since the last delivery and is watched: of each thing the newest row, of logs every line. */
export interface Gathered {
  /** Rows of flow runs show more than the change tells: they are read when they are delivered. */
  readonly flowRuns: ReadonlySet<string>;
  readonly taskRuns: ReadonlyMap<string, TaskRun>;
  readonly logs: readonly Log[];
  readonly artifacts: ReadonlyMap<string, Artifact>;
  readonly flows: ReadonlyMap<string, Flow>;
  readonly deleted: readonly Deleted[];
  /** There was more than could be kept. */
  readonly lost: boolean;
}

export type Deleted = Extract<Change, { readonly kind: "deleted" }>;

export interface Gathering {
  /** Gives whether the change is watched, and, of task runs, the flow runs whose counts it moves. */
  add(change: Change): { readonly watched: boolean; readonly progressed: readonly string[] };
  addFlowRun(id: string): void;
  readonly waiting: boolean;
  /** Hands over what there is and begins anew. */
  take(): Gathered;
}

export function createGathering(interest: Interest): Gathering {
  let next = empty();
  let characters = 0;

  function addArtifact(row: Artifact): void {
    next.artifacts.set(row.id, row);
    if (typeof row.data === "string") characters += row.data.length;
  }

  function addLog(row: Log): void {
    next.logs.push(row);
    characters += row.message.length;
  }

  const keep = <T>(keys: readonly TopicKey[], put: () => T): boolean => {
    if (!keys.some(interest.isWatched)) return false;
    if (sizeOf(next) >= maxGathered || characters >= maxCharacters) {
      next = { ...empty(), lost: true };
      characters = 0;
    }
    if (!next.lost) put();
    return true;
  };

  function addTaskRuns(rows: readonly TaskRun[]) {
    const progressed = new Set<string>();
    let watched = false;
    for (const row of rows) {
      const { id, flow_run_id } = row;
      const keys = flow_run_id === null ? [taskRunKey(id)] : [taskRunKey(id), flowRunKey(flow_run_id)];
      if (keep(keys, () => next.taskRuns.set(id, row))) watched = true;
      if (flow_run_id !== null && interest.includeFlowRuns) progressed.add(flow_run_id);
    }
    return { watched: watched || progressed.size > 0, progressed: [...progressed] };
  }

  function addOne(change: Exclude<Change, { kind: "task-runs" }>): boolean {
    switch (change.kind) {
      case "flow-run":
        if (!interest.includeFlowRuns) return false;
        next.flowRuns.add(change.row.id);
        return true;
      case "logs":
        return change.rows.filter((row) => keep(ofRuns(row), () => addLog(row))).length > 0;
      case "artifact": {
        const { row } = change;
        return keep(["artifacts", ...ofRuns(row)], () => addArtifact(row));
      }
      case "flow":
        return keep(["flows"], () => next.flows.set(change.row.id, change.row));
      case "deleted":
        forget(change);
        next.deleted.push(change);
        return true;
      case "event":
        return false;
      default:
        return change satisfies never;
    }
  }

  function forget({ of, id }: Deleted): void {
    if (of === "flow-run") next.flowRuns.delete(id);
    if (of === "task-run") next.taskRuns.delete(id);
    if (of === "artifact") next.artifacts.delete(id);
    if (of === "flow") next.flows.delete(id);
  }

  return {
    add(change) {
      return change.kind === "task-runs" ? addTaskRuns(change.rows) : { watched: addOne(change), progressed: [] };
    },
    addFlowRun: (id) => next.flowRuns.add(id),
    get waiting() {
      return next.lost || next.flowRuns.size > 0 || sizeOf(next) > 0;
    },
    take() {
      const taken = next;
      next = empty();
      characters = 0;
      return taken;
    },
  };
}

function ofRuns({ flow_run_id, task_run_id }: Pick<Log, "flow_run_id" | "task_run_id">): readonly TopicKey[] {
  const keys: TopicKey[] = [];
  if (flow_run_id !== null) keys.push(flowRunKey(flow_run_id));
  if (task_run_id !== null) keys.push(taskRunKey(task_run_id));
  return keys;
}

interface Growing {
  readonly flowRuns: Set<string>;
  readonly taskRuns: Map<string, TaskRun>;
  readonly logs: Log[];
  readonly artifacts: Map<string, Artifact>;
  readonly flows: Map<string, Flow>;
  readonly deleted: Deleted[];
  readonly lost: boolean;
}

function empty(): Growing {
  return {
    flowRuns: new Set(),
    taskRuns: new Map(),
    logs: [],
    artifacts: new Map(),
    flows: new Map(),
    deleted: [],
    lost: false,
  };
}

function sizeOf({ taskRuns, logs, artifacts, flows, deleted }: Growing): number {
  return taskRuns.size + logs.length + artifacts.size + flows.size + deleted.length;
}
