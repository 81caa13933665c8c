import type { ResultCreate, ValuePreview } from "@ostinato/protocol";
/** What of a result is kept. */
export interface Keepable {
  readonly format: "devalue" | "none";
  readonly data: string | null;
  readonly location: string | null;
  readonly preview: ValuePreview;
  readonly reason: string | null;
  readonly cacheKey: string | null;
}
/** Decides what is kept of a result, so that a state is never refused for the sake of its result. */
export declare function keepable(result: ResultCreate, sizeLimitBytes: number): Keepable;
export declare function boundedPreview(preview: ValuePreview): ValuePreview;
