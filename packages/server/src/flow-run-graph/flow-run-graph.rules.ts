import { formatTimestamp, type StateType, type Timestamp } from "@ostinato/core";
import type { GraphArtifact, GraphNode, Static, TaskInputs } from "@ostinato/protocol";

/** A task run, and the subflow that it stands for, if any. */
export interface Member {
  readonly taskRun: { readonly id: string; readonly name: string; readonly stateType: StateType | null };
  readonly subflow: { readonly id: string; readonly label: string; readonly stateType: StateType | null } | null;
  readonly inputs: TaskInputs;
  readonly start: Timestamp;
  readonly end: Timestamp | null;
}

type Artifact = Static<typeof GraphArtifact>;
type Edge = GraphNode["parents"][number];

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
  const { artifacts, subflows, partial } = surroundings;
  const children = new Map(members.map((member): [string, Edge[]] => [idOf(member), []]));
  const isKnown = (id: string) => partial || children.has(id);
  const [parentOf, around] = [onceFor<Member>(), onceFor<Member>()];
  return members.map((member) => {
    const { taskRun, subflow, inputs, start, end } = member;
    const id = idOf(member);
    const parents: Edge[] = [];
    const encapsulating: Edge[] = [];
    for (const name in inputs) {
      for (const input of inputs[name] ?? []) {
        for (const run of "id" in input ? (subflows.get(input.id) ?? [input.id]) : []) {
          if (!isKnown(run)) continue;
          if (name === calledIn) {
            if (around(run, member)) encapsulating.push({ id: run });
          } else if (run !== id && parentOf(run, member)) {
            parents.push({ id: run });
            children.get(run)?.push({ id });
          }
        }
      }
    }
    return {
      kind: subflow === null ? "task-run" : "flow-run",
      id,
      label: subflow?.label ?? taskRun.name,
      state_type: subflow?.stateType ?? taskRun.stateType ?? "PENDING",
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
