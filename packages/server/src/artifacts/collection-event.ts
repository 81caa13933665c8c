import type { Timestamp } from "@ostinato/core";
import type { Artifact, Resource } from "@ostinato/protocol";
import { type Lifecycle, lifecycleEvent } from "../kernel/lifecycle-event.ts";

export interface CollectionChange {
  readonly action: Lifecycle["action"];
  /** The id of the collection, which stays the same when a newer artifact takes the key. */
  readonly id: string;
  readonly key: string;
  readonly latest: Artifact;
  /** Characters of the JSON of its data. */
  readonly dataCharacters: number;
  readonly occurred: Timestamp;
}

/** The event of a key of artifacts: its first version, another newest one, or the end of the last. */
export function collectionEvent({ action, id, key, latest, dataCharacters, occurred }: CollectionChange) {
  const { type, data, description } = latest;
  const payload = { key, type, ...(dataCharacters > maxDataCharacters ? {} : { data }), description };
  const related = [
    relation("artifact", latest.id, "latest"),
    ...(latest.flow_run_id === null ? [] : [relation("flow-run", latest.flow_run_id)]),
    ...(latest.task_run_id === null ? [] : [relation("task-run", latest.task_run_id)]),
  ];
  return lifecycleEvent({ noun: "artifact-collection", action, id, name: key, occurred, payload, related });
}

/** Some artifacts are megabytes, which would be stored twice: readers of such data read the artifact. */
const maxDataCharacters = 100_000;

function relation(kind: string, id: string, role = kind): Resource {
  return { "prefect.resource.id": `prefect.${kind}.${id}`, "prefect.resource.role": role };
}
