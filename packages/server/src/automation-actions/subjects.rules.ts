import { isUuid } from "@ostinato/core";
import type { Event } from "@ostinato/protocol";
import { ActionFailed, type ActionJob } from "./action-job.ts";

export type SubjectKind = "deployment" | "work-pool" | "work-queue" | "automation";

const words: Readonly<Record<SubjectKind, string>> = {
  deployment: "deployment",
  "work-pool": "work pool",
  "work-queue": "work queue",
  automation: "automation",
};

/** The id of the subject: the one that the action names, or the first of its kind in the event. */
export function subjectOf(selected: string | null, kind: SubjectKind, { event }: Pick<ActionJob, "event">): string {
  if (selected !== null) return selected;
  if (event === undefined) throw new ActionFailed(`No event to infer the ${words[kind]}`);
  const id = idIn(event, kind);
  if (id === undefined) throw new ActionFailed(`No ${words[kind]} could be inferred`);
  return id;
}

/** The flow run that the firing is about, also where it is the value of a label and no event came. */
export function flowRunOf({ firing, event }: Pick<ActionJob, "firing" | "event">): string {
  const labelled = idOf(firing.labels["prefect.resource.id"] ?? "", "flow-run");
  const id = labelled ?? (event === undefined ? undefined : idIn(event, "flow-run"));
  if (id === undefined) throw new ActionFailed("No flow run could be inferred");
  return id;
}

/** The id of the first resource of a kind in the event. */
export function idIn({ resource, related }: Event, kind: string): string | undefined {
  for (const each of [resource, ...related]) {
    const id = idOf(each["prefect.resource.id"] ?? "", kind);
    if (id !== undefined) return id;
  }
  return undefined;
}

function idOf(resourceId: string, kind: string): string | undefined {
  const prefix = `prefect.${kind}.`;
  const id = resourceId.slice(prefix.length);
  return resourceId.startsWith(prefix) && isUuid(id) ? id.toLowerCase() : undefined;
}
