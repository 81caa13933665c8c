import { isUuid, type Timestamp, toTimestamp } from "@ostinato/core";
import type { CausingEvent, Event } from "@ostinato/protocol";
import type { Firing } from "../triggers/composites.rules.ts";

/** The events by which automations tell of their firings. */
export const firingEvents = ["prefect.automation.triggered", "prefect.automation.resolved"] as const;

/** A firing as its event tells of it. Anybody may have sent such an event, and older ones tell less. */
export function firingTold({ id, occurred, payload }: Event): Firing {
  const told = readFiring(payload.firing);
  if (told !== undefined) return told;
  const cause = isObject(payload.triggering_event) ? payload.triggering_event.id : undefined;
  const labels = labelsIn(payload.triggering_labels);
  const event_id = isId(cause) ? cause : null;
  return { id, trigger_id: id, at: toTimestamp(occurred), labels, event_id, firings: [] };
}

/** Nested firings below this depth are left out: triggers nest less. */
const maxNested = 20;

function readFiring(given: unknown, nested = 0): Firing | undefined {
  if (!isObject(given) || nested > maxNested) return undefined;
  const { id, trigger_id, at, labels, event_id, firings, value, resolved } = given;
  if (!isId(id) || !isId(trigger_id) || typeof at !== "number" || !Number.isSafeInteger(at)) return undefined;
  const below = Array.isArray(firings) ? firings.flatMap((each) => readFiring(each, nested + 1) ?? []) : [];
  const cause = isId(event_id) ? event_id : null;
  return {
    id,
    trigger_id,
    at: at as Timestamp,
    labels: labelsIn(labels),
    event_id: cause,
    firings: below,
    ...(typeof value === "number" ? { value } : {}),
    ...(resolved === true ? { resolved } : {}),
  };
}

function labelsIn(given: unknown): Readonly<Record<string, string>> {
  if (!isObject(given)) return {};
  return Object.fromEntries(
    Object.entries(given).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isId(value: unknown): value is string {
  return typeof value === "string" && isUuid(value);
}

/** The event without its payload. */
export function causeOf({ id, occurred, event, resource, related }: Event): CausingEvent {
  return { id, occurred, event, resource, related };
}
