import { isUuid, type Timestamp, toTimestamp } from "@ostinato/core";
import { assetEvents, type Event, type Resource } from "@ostinato/protocol";
import type { JsonObject } from "../user-input/json-types.rules.ts";

/** What an event may say of an asset beside its key. */
export interface Properties {
  readonly name: string | null;
  readonly description: string | null;
  readonly url: string | null;
  readonly owners: readonly string[];
}

export interface NamedRun {
  readonly id: string;
  readonly name: string;
}

export interface Materialization {
  readonly eventId: string;
  readonly succeeded: boolean;
  readonly flowRun: NamedRun | undefined;
  readonly taskRun: NamedRun | undefined;
  readonly flow: NamedRun | undefined;
  readonly madeBy: string | null;
  readonly metadata: JsonObject;
  /** The keys of the assets that it was made of. */
  readonly upstream: readonly string[];
}

/** What an event tells of an asset. */
export interface AssetNews {
  readonly key: string;
  readonly occurred: Timestamp;
  /** Undefined where the event says none: then those that are known stay. */
  readonly properties: Properties | undefined;
  /** Undefined where the asset was only read. */
  readonly materialization: Materialization | undefined;
}

export function assetNewsOf(event: Event): AssetNews {
  return {
    key: event.resource["prefect.resource.id"] ?? "",
    occurred: toTimestamp(event.occurred),
    properties: propertiesOf(event.resource),
    materialization: event.event === assetEvents.referenced ? undefined : materializationOf(event),
  };
}

function propertiesOf(resource: Resource): Properties | undefined {
  const name = resource["prefect.resource.name"];
  const description = resource["prefect.asset.description"];
  const url = resource["prefect.asset.url"];
  const owners = resource["prefect.asset.owners"];
  if ([name, description, url, owners].every((value) => value === undefined)) return undefined;
  return { name: name ?? null, description: description ?? null, url: url ?? null, owners: ownersOf(owners) };
}

/** A label is a text: Prefect's clients write the list as JSON. */
function ownersOf(text: string | undefined): readonly string[] {
  if (text === undefined) return [];
  try {
    const owners: unknown = JSON.parse(text);
    return Array.isArray(owners) ? owners.map(String) : [text];
  } catch {
    return [text];
  }
}

function materializationOf({ id, event, resource, related, payload }: Event): Materialization {
  const key = resource["prefect.resource.id"];
  const inRole = (role: string) => related.filter((each) => each["prefect.resource.role"] === role);
  const idsInRole = (role: string) => inRole(role).flatMap((each) => each["prefect.resource.id"] ?? []);
  const upstream = new Set(idsInRole("asset").filter((each) => each !== key));
  return {
    eventId: id,
    succeeded: event === assetEvents.succeeded,
    flowRun: runIn(inRole("flow-run"), "prefect.flow-run."),
    taskRun: runIn(inRole("task-run"), "prefect.task-run."),
    flow: runIn(inRole("flow"), "prefect.flow."),
    madeBy: idsInRole("asset-materialized-by")[0] ?? null,
    metadata: payload,
    upstream: [...upstream],
  };
}

function runIn(resources: readonly Resource[], prefix: string): NamedRun | undefined {
  for (const resource of resources) {
    const whole = resource["prefect.resource.id"] ?? "";
    const id = whole.slice(prefix.length).toLowerCase();
    if (whole.startsWith(prefix) && isUuid(id)) return { id, name: resource["prefect.resource.name"] ?? id };
  }
  return undefined;
}
