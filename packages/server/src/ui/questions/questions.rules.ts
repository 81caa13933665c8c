import { parseJson, stateNames, type Timestamp, toTimestamp } from "@ostinato/core";
import type { QuestionPage, State } from "@ostinato/protocol";

type Details = Pick<State["state_details"], "run_input_keyset" | "pause_timeout">;

/** The keys under which a paused run keeps what it asks; undefined where it only waits to be resumed. */
export function keysOf({ run_input_keyset: keys }: Details): Readonly<Record<string, string>> | undefined {
  return keys ?? undefined;
}

export interface AskedTexts {
  readonly title: string | null;
  readonly description: string | null;
  readonly schema: Readonly<Record<string, unknown>> | null;
}

/** What a run asks, by the values that it keeps. Its title is that of the schema, which for Prefect's clients is the name of their model. */
export function askedTexts(valueUnder: (key: string) => string | undefined, details: Details): AskedTexts {
  const keys = keysOf(details);
  if (keys === undefined) return { title: null, description: null, schema: null };
  const kept = (name: string) => parsed(keys[name] === undefined ? undefined : valueUnder(keys[name]));
  const schema = kept("schema");
  const known = isObject(schema) ? schema : null;
  return {
    title: titleOfModel(written(known?.title)),
    description: written(kept("description")) ?? written(known?.description),
    schema: known,
  };
}

/** Values are kept as text, which Prefect's client writes as JSON within JSON. */
function parsed(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    const value = parseJson(text);
    return typeof value === "string" && /^\s*[[{]/.test(value) ? parseJson(value) : value;
  } catch {
    return text;
  }
}

function written(value: unknown): string | null {
  return typeof value === "string" && value.trim() !== "" ? value : null;
}

/** `ReleaseApproval` is "Release approval". A model that Prefect's client makes of a type has no name of its own. */
function titleOfModel(name: string | null): string | null {
  if (name === null) return null;
  const own = /AutomaticRunInput$/.test(name) ? "" : name.replace(/RunInput$/, "");
  if (own === "") return null;
  if (!/^[A-Z][a-z0-9]+(?:[A-Z][a-z0-9]*)*$/.test(own)) return own;
  return own.replace(/(?<=[a-z0-9])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether there is something to fill in. */
export function hasFields(schema: AskedTexts["schema"]): boolean {
  return isObject(schema?.properties) && Object.keys(schema.properties).length > 0;
}

const summaryLength = 500;

/** The beginning of a description, without breaking a character. */
export function summaryOf(description: string | null): string | null {
  if (description === null || description.length <= summaryLength) return description;
  return `${description.slice(0, summaryLength).replace(/[\uD800-\uDBFF]$/, "")}…`;
}

/** What became of a question: by the state that followed it, or by the clock while none has. */
export function outcomeOf(
  asked: State,
  next: State | undefined,
  now: Timestamp,
): Pick<QuestionPage, "outcome" | "settled"> {
  const until = asked.state_details.pause_timeout ?? null;
  if (next === undefined) {
    if (until === null || toTimestamp(until) > now) return { outcome: "open", settled: null };
    return { outcome: "timed-out", settled: String(until) };
  }
  return { outcome: outcomeBy(next, until), settled: next.timestamp };
}

function outcomeBy({ type, name, timestamp }: State, until: Details["pause_timeout"] | null): QuestionPage["outcome"] {
  if (type === "RUNNING" || name === stateNames.resuming) return "answered";
  if (type === "CANCELLING" || type === "CANCELLED") return "cancelled";
  const isLate = until !== null && until !== undefined && toTimestamp(timestamp) >= toTimestamp(until);
  return type === "FAILED" && isLate ? "timed-out" : "ended";
}
