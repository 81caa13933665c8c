import type { Span } from "../timeline/timeline-draw.ts";

/** The fraction of the span that stays free at both ends. */
const edge = 0.02;

export function padded(span: Span): Span {
  const free = (span.to - span.from) * edge;
  return { from: span.from - free, to: span.to + free };
}

export function zoomed(view: Span, all: Span, factor: number, at: number): Span {
  const length = Math.min((view.to - view.from) * factor, all.to - all.from);
  const fixed = view.from + (view.to - view.from) * at;
  return kept({ from: fixed - length * at, to: fixed + length * (1 - at) }, all);
}

export function panned(view: Span, all: Span, share: number): Span {
  const by = (view.to - view.from) * share;
  return kept({ from: view.from + by, to: view.to + by }, all);
}

function kept(span: Span, all: Span): Span {
  const length = Math.min(span.to - span.from, all.to - all.from);
  const from = Math.min(Math.max(span.from, all.from), all.to - length);
  return { from, to: from + Math.max(length, 0.5) };
}
