import type { Event, EventFilter } from "@ostinato/protocol";
import { UsageError } from "../errors.ts";
import { shown } from "../run/option-checks.ts";
import type { EventOptions } from "./event-options.ts";

/** Which events a wait takes. */
export interface EventMatch {
  /** What the server looks for; it may find events whose name does not fit. */
  readonly filter: EventFilter;
  takes(event: Event): boolean;
}

const idLabel = "prefect.resource.id";

export function eventMatch(what: string, names: readonly string[], { resource, related }: EventOptions): EventMatch {
  const labelsOf = (option: string, given: unknown) => labels(`${what}: ${option}`, given);
  const relations = related === undefined ? [] : [related].flat();
  const patterns = names.map((name) => new RegExp(`^${name.split("*").map(escaped).join("[^]*")}$`));
  const isExact = names.every((name) => !name.includes("*"));
  return {
    filter: {
      event: isExact ? { name: [...names] } : { prefix: names.map((name) => name.split("*", 1)[0] ?? "") },
      ...(resource === undefined ? {} : { resource: { labels: labelsOf("resource", resource) } }),
      ...(relations.length === 0 ? {} : { related: relations.map((each) => ({ labels: labelsOf("related", each) })) }),
    },
    takes: ({ event }) => patterns.some((pattern) => pattern.test(event)),
  };
}

function escaped(text: string): string {
  return text.replace(/[\\^$.|?*+()[\]{}]/g, "\\$&");
}

function labels(where: string, given: unknown): Record<string, string | string[]> {
  if (typeof given === "string" && given !== "") return { [idLabel]: given };
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    throw new UsageError(
      `${where} is ${shown(given)}; give an id, "order/*", or labels, { "prefect.resource.name": "One" }`,
    );
  }
  return Object.fromEntries(
    Object.entries(given).map(([label, value]) => [label, Array.isArray(value) ? value.map(String) : String(value)]),
  );
}
