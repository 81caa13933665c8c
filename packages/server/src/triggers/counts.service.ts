import type { Timestamp } from "@ostinato/core";
import type { CompositeTrigger } from "@ostinato/protocol";
import type { Reader, Writer } from "../db/dialect.ts";
import { readPlainJson, writeJson } from "../db/json-text.ts";
import { keptKey } from "../kernel/indexed-text.ts";
import type { Firing } from "./composites.rules.ts";
import type { Counter, Counts, KnownTrigger } from "./counting.rules.ts";
import * as queries from "./windows.queries.ts";
import { dueOf, type Window } from "./windows.rules.ts";

/** What triggers have counted, read for a batch of events or deadlines, and written back when it is handled. */
export interface ReadCounts extends Counts {
  write(tx: Writer, now: Timestamp): Promise<void>;
}

/** Reads what these counters have counted. */
export async function readCounts(reader: Reader, counters: readonly Counter[]): Promise<ReadCounts> {
  const keys = new Map(counters.map((counter) => [nameOf(counter), keyOf(counter)]));
  const parents = new Set(counters.flatMap(({ entry }) => entry.around.map(({ id }) => id)));
  const windows = new Map<string, Window>();
  for (const row of await queries.windowsOf(reader, [...keys.values()])) windows.set(nameOfRow(row), windowOfRow(row));
  const firings = new Map<string, readonly Firing[]>();
  for (const row of await queries.childFiringsOf(reader, [...parents])) {
    const before = firings.get(row.parent_trigger_id) ?? [];
    firings.set(row.parent_trigger_id, [...before, readPlainJson<Firing>(row.firing)]);
  }
  const changed = new Map<string, Counter>();
  const stored = new Set(windows.keys());
  const composed = new Map<string, KnownTrigger>();
  return {
    windowOf: (counter) => windows.get(nameOf(counter)),
    setWindow(counter, window) {
      const name = nameOf(counter);
      changed.set(name, counter);
      if (window === undefined) windows.delete(name);
      else windows.set(name, window);
    },
    firingsIn: ({ id }) => firings.get(id) ?? [],
    setFirings(entry, trigger, kept) {
      firings.set(trigger.id, kept);
      composed.set(trigger.id, entry);
    },
    async write(tx, now) {
      const kept: queries.WindowRow[] = [];
      const gone: queries.WindowKey[] = [];
      for (const [name, counter] of changed) {
        const window = windows.get(name);
        if (window !== undefined) kept.push(rowOf(counter, window, now));
        else if (stored.has(name)) gone.push(keyOf(counter));
      }
      await queries.putWindows(tx, kept);
      await queries.deleteWindows(tx, gone);
      const rows = [...composed].flatMap(([id, entry]) =>
        (firings.get(id) ?? []).map((each) => childRow(id, entry, each)),
      );
      await queries.replaceChildFirings(tx, [...composed.keys()], rows);
    },
  };
}

function keyOf({ entry, values }: Counter): queries.WindowKey {
  return { trigger_id: entry.trigger.id, key: keptKey(JSON.stringify(values)) };
}

/** What names its window. */
export function nameOf(counter: Counter): string {
  return nameOfRow(keyOf(counter));
}

export function nameOfRow({ trigger_id, key }: queries.WindowKey): string {
  return `${trigger_id} ${key}`;
}

function windowOfRow({ starts, ends, count, last_event_id }: queries.WindowRow): Window {
  return { starts, ends, count, lastEventId: last_event_id };
}

/** A window as it is stored, counted in at `now`. */
export function rowOf(counter: Counter, window: Window, now: Timestamp): queries.WindowRow {
  const { starts, ends, count, lastEventId } = window;
  const { automation, trigger } = counter.entry;
  return {
    ...keyOf(counter),
    automation_id: automation.id,
    labels: writeJson(counter.values),
    starts,
    ends,
    count,
    last_event_id: lastEventId,
    due: dueOf(trigger, window, now),
  };
}

function childRow(
  parentId: CompositeTrigger["id"],
  { automation }: KnownTrigger,
  firing: Firing,
): queries.ChildFiringRow {
  return {
    parent_trigger_id: parentId,
    child_trigger_id: firing.trigger_id,
    automation_id: automation.id,
    firing_id: firing.id,
    fired_at: firing.at,
    firing: writeJson(firing),
  };
}
