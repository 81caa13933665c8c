import type { Asset } from "./asset-options.ts";

/** By the ids of task runs: what each made, or else what it was made of, for the runs that take its result. */
export type TrackedAssets = Map<string, readonly Asset[]>;
