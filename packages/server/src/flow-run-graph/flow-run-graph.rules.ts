import { formatTimestamp, type StateType, type Timestamp } from "@ostinato/core";
import type { GraphArtifact, GraphNode, Static, TaskInputs } from "@ostinato/protocol";

interface Run {
  readonly id: string;
  readonly name: string;
  readonly state_type: StateType | null;
  readonly start_time: Timestamp | null;
  readonly expected_start_time: Timestamp | null;
  readonly end_time: Timestamp | null;
}

export interface TaskRun extends Run {
  readonly task_inputs: TaskInputs;
}

export interface Subflow extends Run {
  readonly flow_name: string;
}

/** A task run, and the subflow that it stands for, if any. */
export interface Member {
  readonly taskRun: TaskRun;
  readonly subflow: Subflow | null;
  readonly start: Timestamp;
  readonly end: Timestamp | null;
}

type Artifact = Static<typeof GraphArtifact>;
type Edge = GraphNode["parents"][number];

export interface GraphContext {
  /** Artifacts by the task run that made them. */
  readonly artifacts: ReadonlyMap<string, readonly Artifact[]>;
  /** Subflows by the task run that stands for them, also of members that are left out. */
  readonly subflows: ReadonlyMap<string, readonly Pick<Subflow, "id">[]>;
  /** Whether members may have been left out, so that an edge may lead to a missing one. */
  readonly partial: boolean;
}

/** The input under which a task run names the task runs that it was called in. */
const calledIn = "__parents__";

/** The task runs by start, repeated for each subflow that they stand for; without those that ended before `since`. */
export function membersOf(
  taskRuns: readonly TaskRun[],
  subflows: ReadonlyMap<string, readonly Subflow[]>,
  since: Timestamp | null,
): readonly Member[] {
  const members: Member[] = [];
  for (const taskRun of taskRuns) {
    for (const subflow of subflows.get(taskRun.id) ?? withoutSubflow) {
      const start =
        subflow?.start_time ?? subflow?.expected_start_time ?? taskRun.start_time ?? taskRun.expected_start_time;
      const end =
        subflow?.end_time ??
        taskRun.end_time ??
        (taskRun.state_type === "COMPLETED" ? taskRun.expected_start_time : null);
      if (start !== null && (since === null || end === null || end >= since))
        members.push({ taskRun, subflow, start, end });
    }
  }
  return members.sort(byStart);
}

const withoutSubflow = [null];

function byStart(one: Member, other: Member): number {
  if (one.start !== other.start) return one.start - other.start;
  const [end, otherEnd] = [one.end ?? Number.MAX_SAFE_INTEGER, other.end ?? Number.MAX_SAFE_INTEGER];
  if (end !== otherEnd) return end - otherEnd;
  return one.taskRun.id < other.taskRun.id ? -1 : Number(one.taskRun.id > other.taskRun.id);
}

/** The nodes of the graph in the order of the members: a subflow takes the place of the task run that stands for it. */
export function nodesOf(members: readonly Member[], context: GraphContext): readonly GraphNode[] {
  const { artifacts, subflows, partial } = context;
  const children = new Map(members.map((member): [string, Edge[]] => [idOf(member), []]));
  const isKnown = (id: string) => partial || children.has(id);
  const [parentOf, around] = [onceFor<Member>(), onceFor<Member>()];
  return members.map((member) => {
    const { taskRun, subflow, start, end } = member;
    const inputs = taskRun.task_inputs;
    const id = idOf(member);
    const parents: Edge[] = [];
    const encapsulating: Edge[] = [];
    for (const name in inputs) {
      for (const input of inputs[name] ?? []) {
        for (const run of "id" in input ? (subflows.get(input.id) ?? [input]) : []) {
          if (!isKnown(run.id)) continue;
          if (name === calledIn) {
            if (around(run.id, member)) encapsulating.push({ id: run.id });
          } else if (run.id !== id && parentOf(run.id, member)) {
            parents.push({ id: run.id });
            children.get(run.id)?.push({ id });
          }
        }
      }
    }
    return {
      kind: subflow === null ? "task-run" : "flow-run",
      id,
      label: subflow === null ? taskRun.name : `${subflow.flow_name} / ${subflow.name}`,
      state_type: subflow?.state_type ?? taskRun.state_type ?? "PENDING",
      start_time: formatTimestamp(start),
      end_time: end === null ? null : formatTimestamp(end),
      parents,
      children: children.get(id) ?? [],
      encapsulating,
      artifacts: [...(artifacts.get(id) ?? [])],
    };
  });
}

/** Tells whether an id comes for the first time for this owner; the owners come one after the other. */
function onceFor<Owner>(): (id: string, owner: Owner) => boolean {
  const newest = new Map<string, Owner>();
  return (id, owner) => {
    if (newest.get(id) === owner) return false;
    newest.set(id, owner);
    return true;
  };
}

function idOf({ subflow, taskRun }: Member): string {
  return subflow?.id ?? taskRun.id;
}
