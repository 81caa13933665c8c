import { stateNames } from "@ostinato/core";
import type { Observation, ObservedState } from "@ostinato/sdk/observers";

/** One line of the display: the runs of one task in one flow run, or a flow run. */
export interface Row {
  readonly id: string;
  readonly label: string;
  readonly depth: number;
  readonly isFlow: boolean;
  readonly total: number;
  readonly completed: number;
  readonly failed: number;
  readonly cached: number;
  readonly over: number;
  /** Seconds from the first start to now, or to the last end if all are over. */
  readonly seconds: number;
  /** The state of the row as a whole. */
  readonly state: "waiting" | "running" | "completed" | "failed" | "cancelled";
  readonly message: string;
  /** The time of its latest change, in seconds of the clock. */
  readonly changed: number;
}

interface Group {
  readonly id: string;
  readonly label: string;
  readonly isFlow: boolean;
  readonly runs: Map<string, ObservedState>;
  readonly children: Group[];
  started: number | undefined;
  changed: number;
}

type RunObservation = Exclude<Observation, { readonly kind: "notice" }>;

interface Place {
  readonly id: string;
  readonly label: string;
  readonly parent: Group | undefined;
  readonly isFlow: boolean;
}

/** Collects the runs of this program for the display. `now` returns monotonic seconds. */
export function taskGroups(now: () => number) {
  const flowRuns = new Map<string, Group>();
  const groups = new Map<string, Group>();
  const groupOfRun = new Map<string, Group>();
  const roots: Group[] = [];

  function groupOf({ id, label, parent, isFlow }: Place): Group {
    const known = groups.get(id);
    if (known !== undefined) return known;
    const made: Group = { id, label, isFlow, runs: new Map(), children: [], started: undefined, changed: now() };
    groups.set(id, made);
    (parent?.children ?? roots).push(made);
    return made;
  }

  function update(group: Group, runId: string, state: ObservedState): void {
    group.runs.set(runId, state);
    group.changed = now();
    if (state.type !== "PENDING" && state.type !== "SCHEDULED") group.started ??= group.changed;
  }

  function place(observation: RunObservation): Group {
    const { id, name } = observation;
    const isFlow = observation.kind === "flow-run";
    const parentId = isFlow ? observation.parentId : observation.flowRunId;
    const parent = parentId === null ? undefined : flowRuns.get(parentId);
    const label = isFlow ? `${observation.flowName} ${name}` : taskNameOf(name);
    const group = groupOf({ id: isFlow ? id : `${parentId}/${label}`, label, parent, isFlow });
    if (isFlow) flowRuns.set(id, group);
    return group;
  }

  return {
    /** Applies an observation and returns the id of its row. */
    take(observation: RunObservation): string {
      const { id, state } = observation;
      // A run may be renamed once its arguments are known; it stays in the group of its task, after which it was named at first.
      const group = groupOfRun.get(id) ?? place(observation);
      groupOfRun.set(id, group);
      update(group, id, state);
      return group.id;
    },
    /** Parents before their children, otherwise in order of appearance. */
    rows(): readonly Row[] {
      return roots.flatMap((root) => rowsOf(root, 0, now()));
    },
    row(id: string): Row | undefined {
      const group = groups.get(id);
      return group === undefined ? undefined : rowsOf(group, 0, now())[0];
    },
  };
}

/** Runs are named after their task, with a number. */
function taskNameOf(runName: string): string {
  return runName.replace(/-\d+$/, "");
}

function rowsOf(group: Group, depth: number, now: number): readonly Row[] {
  return [rowOf(group, depth, now), ...group.children.flatMap((child) => rowsOf(child, depth + 1, now))];
}

function rowOf({ id, label, isFlow, runs, started, changed }: Group, depth: number, now: number): Row {
  const states = [...runs.values()];
  const count = (...types: readonly string[]) => states.filter(({ type }) => types.includes(type)).length;
  const completed = count("COMPLETED");
  const failed = count("FAILED", "CRASHED");
  const over = completed + failed + count("CANCELLED");
  const total = states.length;
  const end = over === total ? changed : now;
  return {
    id,
    label,
    depth,
    isFlow,
    total,
    completed,
    failed,
    cached: states.filter(({ name }) => name === stateNames.cached).length,
    over,
    seconds: started === undefined ? 0 : end - started,
    state: stateOf({ total, over, failed, completed, running: count("RUNNING", "CANCELLING") }),
    message: states.findLast(({ type }) => type === "FAILED" || type === "CRASHED")?.message ?? "",
    changed,
  };
}

function stateOf(counts: {
  total: number;
  over: number;
  failed: number;
  completed: number;
  running: number;
}): Row["state"] {
  const { total, over, failed, completed, running } = counts;
  if (over < total) return running > 0 || over > 0 ? "running" : "waiting";
  if (failed > 0) return "failed";
  return completed === total ? "completed" : "cancelled";
}
