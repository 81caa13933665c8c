import { type Timestamp, toTimestamp } from "@ostinato/core";
import { EventCreate, eventLimits, type Resource } from "@ostinato/protocol";
import type { Problem } from "../kernel/errors.ts";
import { readAs } from "../kernel/validation.ts";

/** An event before it is kept. */
export interface NewEvent {
  readonly id: string;
  readonly occurred: Timestamp;
  readonly event: string;
  readonly resource: Resource;
  /** Each with its `prefect.resource.role`. */
  readonly related: readonly Resource[];
  readonly payload: Readonly<Record<string, unknown>>;
  readonly follows: string | null;
}

export type ReadEvent =
  | { readonly ok: true; readonly event: NewEvent }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** Reads one event as a client sent it. Problems are named with their place. */
export function readEvent(value: unknown): ReadEvent {
  const { problems, value: event } = readAs(EventCreate, value);
  return problems.length > 0 ? { ok: false, problems: problems.map(withoutBody) } : readValidEvent(event);
}

/** The same of an event that has the right shape already. */
export function readValidEvent(given: EventCreate): ReadEvent {
  const exceeded = problemsOfResources(given);
  if (exceeded.length > 0) return { ok: false, problems: exceeded };
  return {
    ok: true,
    event: {
      id: given.id.toLowerCase(),
      occurred: toTimestamp(given.occurred),
      event: given.event,
      resource: given.resource,
      related: given.related ?? [],
      payload: given.payload ?? {},
      follows: given.follows?.toLowerCase() ?? null,
    },
  };
}

function withoutBody({ loc, ...problem }: Problem): Problem {
  return { ...problem, loc: loc.slice(1) };
}

function problemsOfResources({ event, resource, related = [] }: EventCreate): readonly Problem[] {
  const problems: Problem[] = [];
  const report = (loc: readonly (string | number)[], msg: string, input: unknown) =>
    problems.push({ type: "value_error", loc, msg, input });
  // Names stand in an index, whose entries PostgreSQL bounds in bytes.
  if (Buffer.byteLength(event) > 2 * eventLimits.resourceIdBytes) {
    report(["event"], `The name takes more than ${2 * eventLimits.resourceIdBytes} bytes`, event);
  }
  if (related.length > eventLimits.related) {
    report(["related"], `At most ${eventLimits.related} related resources are allowed`, related.length);
    return problems;
  }
  checkResource(resource, ["resource"], report);
  related.forEach((each, index) => {
    checkResource(each, ["related", index], report);
    if (resourceRole(each) === "") {
      report(["related", index], "A related resource needs the label prefect.resource.role", each);
    }
  });
  return problems;
}

type Report = (loc: readonly (string | number)[], msg: string, input: unknown) => void;

function checkResource(resource: Resource, loc: readonly (string | number)[], report: Report): void {
  const id = resourceId(resource);
  const { labels, resourceIdBytes } = eventLimits;
  if (id === "") report(loc, "A resource needs the label prefect.resource.id", resource);
  if (id.length + resourceRole(resource).length > resourceIdBytes / 4 && bytesOfNames(resource) > resourceIdBytes) {
    report(loc, `The resource's id and role take more than ${resourceIdBytes} bytes`, id);
  }
  if (Object.keys(resource).length > labels) {
    report(loc, `At most ${labels} labels per resource are allowed`, Object.keys(resource).length);
  }
}

function bytesOfNames(resource: Resource): number {
  return Buffer.byteLength(resourceId(resource)) + Buffer.byteLength(resourceRole(resource));
}

/** Checks the size of an event as it is kept; a result that comes with it does not count. */
export function problemOfSize({ resource, related, payload }: NewEvent): Problem | undefined {
  const size = charactersOf({ resource, related, payload });
  if (size === undefined) return { type: "value_error", loc: ["payload"], msg: "The event is nested too deep" };
  if (size <= eventLimits.characters) return undefined;
  const msg = `The event takes ${size} characters, more than the ${eventLimits.characters} allowed`;
  return { type: "value_error", loc: ["payload"], msg, input: size };
}

/** The length of the event as JSON; undefined if it is nested too deep to be written. */
function charactersOf(value: unknown): number | undefined {
  try {
    return JSON.stringify(value).length;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

export function resourceId(resource: Resource): string {
  return resource["prefect.resource.id"] ?? "";
}

export function resourceRole(resource: Resource): string {
  return resource["prefect.resource.role"] ?? "";
}
