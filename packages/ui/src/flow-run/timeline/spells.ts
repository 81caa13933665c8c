import { stateNames } from "@ostinato/core";
import type { StateType, Timeline } from "../../api/types.ts";
import { isFinal, stateLook } from "../../states.ts";
import type { TimelineRow } from "./timeline-model.ts";

/** A phase of one line, in milliseconds. */
export interface Spell {
  readonly from: number;
  readonly to: number;
  readonly type: StateType;
  readonly name: string;
  /** Whether an attempt ended in a failure that was retried. */
  readonly failed: boolean;
}

const spellsOf = new WeakMap<Timeline, Map<number, readonly Spell[]>>();

/** The phases of a run: waiting, attempts, pauses. */
export function spells(source: Timeline, row: number, now: number): readonly Spell[] {
  const origin = Date.parse(source.origin);
  const type = source.state_type[row] ?? "PENDING";
  const end = absolute(source.end[row], origin) ?? now;
  const recorded = segmentsByRow(source).get(row);
  if (recorded !== undefined) {
    return recorded.map((spell, index) => {
      const next = recorded[index + 1];
      const retried =
        spell.type === "RUNNING" &&
        next !== undefined &&
        (next.name === stateNames.awaitingRetry || next.type === "FAILED");
      return {
        ...spell,
        to: next?.from ?? Math.max(spell.from, isFinal(spell.type) ? spell.from : end),
        failed: retried,
      };
    });
  }
  const expected = absolute(source.expected[row], origin);
  const start = absolute(source.start[row], origin);
  const found: Spell[] = [];
  if (expected !== null && (start === null || start - expected > 1)) {
    found.push({
      from: expected,
      to: start ?? (isFinal(type) ? expected : now),
      type: start === null ? type : "PENDING",
      name: "",
      failed: false,
    });
  }
  if (start !== null)
    found.push({ from: start, to: end, type: isFinal(type) ? "RUNNING" : type, name: "", failed: false });
  return found;
}

/** What a run does in a phase. A paused run goes on when somebody resumes it. */
export function wordOf(type: StateType, name: string): string {
  return type === "PAUSED" ? "waiting for a person" : stateLook(type, name).label.toLowerCase();
}

function segmentsByRow(source: Timeline): Map<number, readonly Spell[]> {
  const known = spellsOf.get(source);
  if (known !== undefined) return known;
  const origin = Date.parse(source.origin);
  const found = new Map<number, Spell[]>();
  for (const [row, seconds, type, name] of source.segments) {
    const from = origin + seconds * 1000;
    const spell: Spell = { from, to: from, type, name, failed: false };
    const list = found.get(row);
    if (list === undefined) found.set(row, [spell]);
    else list.push(spell);
  }
  for (const list of found.values()) list.sort((a, b) => a.from - b.from);
  spellsOf.set(source, found);
  return found;
}

/** The span of all task runs. */
export function timelineSpan(source: Timeline, now: number): { readonly from: number; readonly to: number } {
  const origin = Date.parse(source.origin);
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  for (let row = 0; row < source.id.length; row += 1) {
    const start = absolute(source.start[row] ?? source.expected[row], origin);
    if (start === null) continue;
    if (start < from) from = start;
    const end = absolute(source.end[row], origin) ?? (isFinal(source.state_type[row]) ? start : now);
    if (end > to) to = end;
  }
  if (from === Number.POSITIVE_INFINITY) return { from: origin, to: Math.max(now, origin + 1000) };
  return { from, to: Math.max(to, from + 1) };
}

/** How many milliseconds a run of a timeline has been running: pauses and waits for another attempt do not count. Null before its start. */
export function ranOf(source: Timeline, row: number, now: number): number | null {
  if ((source.start[row] ?? null) === null) return null;
  let ran = 0;
  for (const { type, from, to } of spells(source, row, now))
    if (type === "RUNNING" || type === "CANCELLING") ran += to - from;
  return ran;
}

/** The start and end of a line, for its duration; a group spans all of its members. */
export function rowSpan(row: TimelineRow): { readonly start: number | null; readonly end: number | null } {
  const origin = Date.parse(row.source.origin);
  let start: number | null = null;
  let end: number | null = null;
  let open = false;
  for (const member of row.members) {
    const from = absolute(row.source.start[member], origin);
    const to = absolute(row.source.end[member], origin);
    if (from !== null && (start === null || from < start)) start = from;
    if (to === null) open ||= !isFinal(row.source.state_type[member]);
    else if (end === null || to > end) end = to;
  }
  return { start, end: open ? null : end };
}

/** The moment of a column in milliseconds since 1970. */
export function absolute(seconds: number | null | undefined, origin: number): number | null {
  return seconds === null || seconds === undefined ? null : origin + seconds * 1000;
}
