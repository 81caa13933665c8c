import { useLayoutEffect } from "react";
import type { Timeline } from "../api/types.ts";
import { isBad } from "../states.ts";

/** The task runs that the panel goes through. */
export interface Steps {
  readonly ids: readonly string[];
  /** Whether these are only those that failed. */
  readonly areFailed: boolean;
}

const steps = new WeakMap<Timeline, Steps>();

/** The failed task runs of a timeline by their start, or all where none failed. */
export function stepsOf(timeline: Timeline): Steps {
  const known = steps.get(timeline);
  if (known !== undefined) return known;
  const rows = timeline.id.map((_, row) => row);
  const failed = rows.filter((row) => isBad(timeline.state_type[row]));
  const start = (row: number) => timeline.start[row] ?? timeline.expected[row] ?? Number.POSITIVE_INFINITY;
  const chosen = (failed.length > 0 ? failed : rows).toSorted((a, b) => start(a) - start(b) || a - b);
  const made = { ids: [...new Set(chosen.flatMap((row) => timeline.id[row] ?? []))], areFailed: failed.length > 0 };
  steps.set(timeline, made);
  return made;
}

/** The task run after or before one; from one that is not among them the first or the last. */
export function stepFrom({ ids }: Steps, id: string, by: 1 | -1): string | undefined {
  const at = ids.indexOf(id);
  if (at < 0) return by === 1 ? ids[0] : ids.at(-1);
  return ids[(at + by + ids.length) % ids.length];
}

/** `j` and `k` where no other part of the page takes them. */
export function useStepKeys(onStep: (by: 1 | -1) => void): void {
  // Before it is shown: whoever sees the steps can press the keys.
  useLayoutEffect(() => {
    const step = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey || isTyping(event.target)) return;
      if (document.querySelector("[role=dialog],[role=menu]") !== null) return;
      if (event.key !== "j" && event.key !== "k") return;
      event.preventDefault();
      onStep(event.key === "j" ? 1 : -1);
    };
    addEventListener("keydown", step);
    return () => removeEventListener("keydown", step);
  }, [onStep]);
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && (target.isContentEditable || /^(?:INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}
