import type { StateType, Timeline } from "../../api/types.ts";
import { count, countingDuration, duration } from "../../format.ts";
import { countWord } from "../../runs/count-words.ts";
import { isBad, isFinal, stateTypeOrder } from "../../states.ts";
import type { GraphNode } from "./graph-model.ts";

/** How many runs of a box are in each state, the most urgent first. */
export function stateCounts({ source, members }: GraphNode): readonly (readonly [StateType | null, number])[] {
  const counts = new Map<StateType | null, number>();
  for (const row of members) {
    const type = source.state_type[row] ?? null;
    counts.set(type, (counts.get(type) ?? 0) + 1);
  }
  return [...stateTypeOrder, null].flatMap((type) => {
    const number = counts.get(type) ?? 0;
    return number === 0 ? [] : [[type, number] as const];
  });
}

/** `1 failed · 1 not started · 1,998 done`. */
export function countWords(node: GraphNode): string {
  return stateCounts(node)
    .map(([type, number]) => `${count(number)} ${countWord(type)}`)
    .join(" · ");
}

/** From when to when the runs of a box ran, in milliseconds since 1970; `to` is null while one runs. */
export function timesOf({ source, members }: GraphNode): { readonly from: number; readonly to: number | null } | null {
  const origin = Date.parse(source.origin);
  let from = Number.POSITIVE_INFINITY;
  let to: number | null = Number.NEGATIVE_INFINITY;
  for (const row of members) {
    const start = source.start[row] ?? null;
    if (start === null) continue;
    from = Math.min(from, start);
    const end: number | null = source.end[row] ?? (isFinal(source.state_type[row]) ? start : null);
    to = to === null || end === null ? null : Math.max(to, end);
  }
  if (from === Number.POSITIVE_INFINITY) return null;
  return { from: origin + from * 1000, to: to === null ? null : origin + to * 1000 };
}

/** How long the runs of a box took, or have taken by now. */
export function spentWords(node: GraphNode, now: number): string {
  const times = timesOf(node);
  if (times === null) return "";
  return times.to === null ? countingDuration(now - times.from) : duration(times.to - times.from);
}

/** Whether a run of the box goes on, so that its words change by themselves. */
export function isCounting({ source, members }: GraphNode): boolean {
  return members.some((row) => (source.start[row] ?? null) !== null && !isFinal(source.state_type[row]));
}

/** The box at which a graph opens: the innermost that failed, or else the first that runs. */
export function urgentNode(nodes: readonly GraphNode[]): GraphNode | undefined {
  const failed = nodes.filter(({ state }) => isBad(state));
  const frames = new Set(failed.map(({ within }) => within));
  return (
    failed.find(({ id }) => !frames.has(id)) ??
    nodes.findLast(({ state, open }) => state === "RUNNING" && !open) ??
    nodes.find(({ state }) => state === "PAUSED")
  );
}

/** The failed subflow of a timeline, where there is only one: the failure is in it. */
export function failedSubflows(timeline: Timeline): readonly { readonly key: string; readonly flowRunId: string }[] {
  const found = timeline.id.flatMap((key, row) => {
    const flowRunId = timeline.child_flow_run_id[row] ?? null;
    return flowRunId !== null && isBad(timeline.state_type[row]) ? [{ key, flowRunId }] : [];
  });
  return found.length === 1 ? found : [];
}
