import type { Resource } from "@ostinato/protocol";
import type { TaskRunEvent } from "./task-run-events.rules.ts";

/** Texts are cut to the first, and, where that is not enough, to the second: the few that are left fit however they are escaped. */
const maxTextLengths = [100_000, 10_000];

type Json = Readonly<Record<string, unknown>>;

/** A part of the payload that a state can do without. */
interface Part {
  readonly place: readonly [string] | readonly ["validated_state" | "task_run", string];
  readonly size: number;
}

/**
 * Cuts the event to so many characters of JSON: a state must not be lost because its message or its data is large. Long strings
 * are cut first, then the largest parts left out; the state's message says so.
 */
export function cutToSize<E extends TaskRunEvent>(event: E, maxCharacters: number): E {
  let cut = event;
  const leftOut: string[] = [];
  for (const longest of maxTextLengths) {
    cut = withShortTexts(cut, longest);
    for (const { place } of partsOf(cut.payload)) {
      if (sizeOf(cut) <= maxCharacters) return saying(cut, leftOut);
      cut = { ...cut, payload: without(cut.payload, place) };
      leftOut.push(place.join("."));
    }
    if (sizeOf(cut) <= maxCharacters) return saying(cut, leftOut);
    cut = { ...cut, resource: needed(cut.resource), related: cut.related.map(named) };
    leftOut.push("labels of resources");
  }
  return saying(cut, leftOut);
}

function sizeOf({ resource, related, payload }: TaskRunEvent): number {
  return lengthOf({ resource, related, payload });
}

function withShortTexts<E extends TaskRunEvent>(event: E, longest: number): E {
  const { validated_state, task_run, ...others } = event.payload;
  const payload = {
    ...others,
    validated_state: shortTexts(validated_state as Json, longest),
    task_run: shortTexts(task_run as Json, longest),
  };
  return { ...event, resource: shortTexts(event.resource, longest), payload };
}

function shortTexts<R extends Json>(record: R, longest: number): R {
  const entries = Object.entries(record).map(([key, value]) => [key, shortText(value, longest)]);
  return Object.fromEntries(entries) as R;
}

function shortText(value: unknown, longest: number): unknown {
  if (typeof value !== "string" || value.length <= longest) return value;
  return `${value.slice(0, longest)}… (${value.length - longest} more characters were cut)`;
}

/** The largest first. */
function partsOf({ validated_state, task_run, ...others }: Json): readonly Part[] {
  const { type: _type, name: _name, message: _message, ...ofState } = validated_state as Json;
  const ofRun = Object.entries(task_run as Json).filter(([, value]) => typeof value === "object" && value !== null);
  const parts: Part[] = [
    ...Object.entries(others).map(([key, value]): Part => ({ place: [key], size: lengthOf(value) })),
    ...Object.entries(ofState).map(
      ([key, value]): Part => ({ place: ["validated_state", key], size: lengthOf(value) }),
    ),
    ...ofRun.map(([key, value]): Part => ({ place: ["task_run", key], size: lengthOf(value) })),
  ];
  return parts.sort((a, b) => b.size - a.size);
}

/** The length as JSON; infinite for a value that is nested too deep to be written. */
function lengthOf(value: unknown): number {
  try {
    return JSON.stringify(value).length;
  } catch (error) {
    if (error instanceof RangeError) return Number.POSITIVE_INFINITY;
    throw error;
  }
}

function without(payload: Json, [key, inner]: Part["place"]): Json {
  const { [key]: section, ...others } = payload;
  if (inner === undefined) return others;
  const { [inner]: _part, ...rest } = section as Json;
  return { ...others, [key]: rest };
}

const neededLabels = new Set(
  ["resource.id", "resource.name", "orchestration", "run-count", "state-message", "state-name", "state-type"].map(
    (label) => `prefect.${label}`,
  ),
);

function needed(resource: Resource): Resource {
  return Object.fromEntries(Object.entries(resource).filter(([label]) => neededLabels.has(label)));
}

function named(resource: Resource): Resource {
  const { "prefect.resource.id": id = "", "prefect.resource.role": role = "" } = resource;
  return { "prefect.resource.id": id, "prefect.resource.role": role };
}

function saying<E extends TaskRunEvent>(event: E, leftOut: readonly string[]): E {
  if (leftOut.length === 0) return event;
  const validated_state = event.payload.validated_state as Json;
  const said = typeof validated_state.message === "string" ? `${validated_state.message} ` : "";
  const message = `${said}(left out, because the event was too large: ${[...new Set(leftOut)].join(", ")})`;
  return { ...event, payload: { ...event.payload, validated_state: { ...validated_state, message } } };
}
