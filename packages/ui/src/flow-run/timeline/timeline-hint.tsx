import { amount, clock, duration, sinceStart } from "../../format.ts";
import { stateLook } from "../../states.ts";
import { density } from "./density.ts";
import { type Spell, spells, wordOf } from "./spells.ts";
import type { Span } from "./timeline-draw.ts";
import type { TimelineRow } from "./timeline-model.ts";

/** The pointer's position over the bars: a line, and a time in milliseconds. */
export interface Resting {
  readonly row: TimelineRow;
  readonly time: number;
  /** Milliseconds per a few pixels, so that short bars can be hit. */
  readonly reach: number;
  readonly left: number;
  readonly top: number;
}

/** Describes the moment under the pointer. The tree and the panel give keyboard users the same facts. */
export function TimelineHint({
  resting,
  zero,
  now,
  width,
}: {
  readonly resting: Resting;
  /** The start of the run. */
  readonly zero: number;
  readonly now: number;
  readonly width: number;
}) {
  const { row, time, left, top } = resting;
  const right = left > width / 2;
  return (
    <div
      aria-hidden="true"
      className="pointer-events-none absolute z-20 max-w-80 rounded-md border bg-surface px-2 py-1 text-xs shadow-pop"
      style={{ top: top + 30, ...(right ? { right: width - left + 10 } : { left: left + 10 }) }}
    >
      <p className="truncate font-medium">{row.label}</p>
      {row.kind === "group" ? <GroupHint row={row} time={time} now={now} /> : <RunHint resting={resting} now={now} />}
      <p className="text-faint">
        {sinceStart(time - zero)} · {clock(time)}
      </p>
    </div>
  );
}

function GroupHint({ row, time, now }: { readonly row: TimelineRow; readonly time: number; readonly now: number }) {
  const around: Span = { from: time - 0.5, to: time + 0.5 };
  const running = density(row, { span: around, slices: 1, now }).running[0] ?? 0;
  return <p className="text-muted">{amount(running, "run")} at once</p>;
}

function RunHint({ resting, now }: { readonly resting: Resting; readonly now: number }) {
  const { row, time, reach } = resting;
  const member = row.members[0] ?? 0;
  const all = spells(row.source, member, now);
  const at = all.findIndex((spell) => time >= spell.from - reach && time <= spell.to + reach);
  const spell = all[at];
  if (spell === undefined) return null;
  const attempts = all.filter(({ type }) => type === "RUNNING").length;
  const attempt = all.slice(0, at + 1).filter(({ type }) => type === "RUNNING").length;
  return (
    <p className="text-muted">
      {attempts > 1 && spell.type === "RUNNING" ? `Attempt ${attempt}: ` : ""}
      {wordFor(spell, row, at === all.length - 1 || attempt === attempts)} {duration(spell.to - spell.from)}
    </p>
  );
}

function wordFor(spell: Spell, row: TimelineRow, last: boolean): string {
  if (spell.failed) return "failed after";
  if (spell.type !== "RUNNING") return `${wordOf(spell.type, spell.name)} for`;
  const member = row.members[0] ?? 0;
  const type = row.source.state_type[member] ?? null;
  if (!last || type === "RUNNING") return "running for";
  return `${stateLook(type, row.source.state_name[member]).label.toLowerCase()} after`;
}
