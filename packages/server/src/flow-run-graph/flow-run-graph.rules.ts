import { formatTimestamp, type StateType, type Timestamp } from "@ostinato/core";
import type { GraphArtifact, GraphNode, Static, TaskInput, TaskInputs } from "@ostinato/protocol";

/** A task run, and the subflow that it stands for, if any. */
export interface Member {
  readonly taskRun: { readonly id: string; readonly name: string; readonly stateType: StateType | null };
  readonly subflow: { readonly id: string; readonly label: string; readonly stateType: StateType | null } | null;
  readonly inputs: TaskInputs;
  readonly start: Timestamp;
  readonly end: Timestamp | null;
}

type Artifact = Static<typeof GraphArtifact>;

export interface Surroundings {
  /** Artifacts by the task run that made them. */
  readonly artifacts: ReadonlyMap<string, readonly Artifact[]>;
  /** Subflows by the task run that stands for them, also of members that are left out. */
  readonly subflows: ReadonlyMap<string, readonly string[]>;
  /** Whether members may have been left out, so that an edge may lead to one that is not among these. */
  readonly partial: boolean;
}

/** The input under which a task run names the task runs that it was called in. */
const calledIn = "__parents__";

/** The nodes of the graph in the order of the members: a subflow takes the place of the task run that stands for it. */
export function nodesOf(members: readonly Member[], surroundings: Surroundings): readonly GraphNode[] {
  const known = new Set(members.map(idOf));
  const resolve = (ids: readonly string[]) =>
    unique(ids.flatMap((id) => surroundings.subflows.get(id) ?? [id])).filter(
      (id) => surroundings.partial || known.has(id),
    );
  const children = new Map<string, string[]>();
  const linked = members.map((member) => {
    const id = idOf(member);
    const parents = resolve(upstream(member.inputs)).filter((parent) => parent !== id);
    for (const parent of parents) children.set(parent, [...(children.get(parent) ?? []), id]);
    return { member, id, parents, encapsulating: resolve((member.inputs[calledIn] ?? []).flatMap(idsIn)) };
  });
  return linked.map(({ member, id, parents, encapsulating }) => ({
    kind: member.subflow === null ? "task-run" : "flow-run",
    id,
    label: member.subflow?.label ?? member.taskRun.name,
    state_type: member.subflow?.stateType ?? member.taskRun.stateType ?? "PENDING",
    start_time: formatTimestamp(member.start),
    end_time: member.end === null ? null : formatTimestamp(member.end),
    parents: edges(parents),
    children: edges(children.get(id) ?? []),
    encapsulating: edges(encapsulating),
    artifacts: [...(surroundings.artifacts.get(id) ?? [])],
  }));
}

function idOf({ subflow, taskRun }: Member): string {
  return subflow?.id ?? taskRun.id;
}

/** The runs whose results were given to a task run. */
function upstream(inputs: TaskInputs): readonly string[] {
  return unique(Object.entries(inputs).flatMap(([name, given]) => (name === calledIn ? [] : given.flatMap(idsIn))));
}

function idsIn(input: TaskInput): readonly string[] {
  return "id" in input ? [input.id] : [];
}

function edges(ids: readonly string[]) {
  return ids.map((id) => ({ id }));
}

function unique(ids: readonly string[]): readonly string[] {
  return [...new Set(ids)];
}
