import type { WireEntry, WireMetric } from "./run-facts.ts";

/** What one request of `runs/log-batch` takes. */
const maxMetrics = 1000;
const maxParams = 100;
const maxTags = 100;

export interface LogBatch {
  readonly metrics?: readonly WireMetric[];
  readonly params?: readonly WireEntry[];
  readonly tags?: readonly WireEntry[];
}

/** The same in as many requests as MLflow's limits ask for. Params and tags come first, so that pages can name what they draw. */
export function logBatches({ metrics = [], params = [], tags = [] }: LogBatch): readonly LogBatch[] {
  return [
    ...piecesOf(params, maxParams).map((piece) => ({ params: piece })),
    ...piecesOf(tags, maxTags).map((piece) => ({ tags: piece })),
    ...piecesOf(metrics, maxMetrics).map((piece) => ({ metrics: piece })),
  ];
}

function piecesOf<T>(all: readonly T[], maxLength: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(all.length / maxLength) }, (_, index) =>
    all.slice(index * maxLength, (index + 1) * maxLength),
  );
}
