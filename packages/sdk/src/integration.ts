import { type BucketBlock, registerBucketBlock } from "@ostinato/buckets";
import { bucketResultStore } from "./blocks/bucket-result-store.ts";
import { UsageError } from "./errors.ts";
import type { ResultStoreDefinition } from "./results/result-store.ts";
import { registerResultStore } from "./results/result-stores.ts";
import { aFunction, aName, anObject, checkOptions, type Rule } from "./run/option-checks.ts";

export { connected, sharedBlock } from "./blocks/block.ts";
export type { Block, SharedBlockOptions } from "./blocks/block-options.ts";
export { described } from "./blocks/described-values.ts";
export { type Checked, checkJsonValue } from "./inputs/checked-value.ts";
export type { ResultStore, ResultStoreDefinition, ResultWrite } from "./results/result-store.ts";
export { registerResultStore } from "./results/result-stores.ts";

/**
 * The contributions of a package to Ostinato. Each key is a record of definitions by name. Definitions are cheap: a handler imports its
 * dependencies at its first use.
 */
export interface Integration {
  /** The name of the package on npm. */
  readonly name: string;
  /** Result stores by their scheme. */
  readonly resultStores?: Readonly<Record<string, Omit<ResultStoreDefinition, "scheme">>>;
  /** Types of blocks that are buckets. Each is a result store too: `resultStorage: "s3-bucket/lake"`. */
  readonly buckets?: readonly BucketBlock[];
}

/**
 * Adds what the package brings to the program that imports it.
 *
 * ```ts
 * import { defineIntegration } from "ostinato/integration";
 *
 * const texts = new Map<string, string>();
 *
 * export const memory = defineIntegration({
 *   name: "ostinato-memory",
 *   resultStores: {
 *     memory: {
 *       open: () => ({
 *         async write({ name, text }) { texts.set(name, text); return name; },
 *         async read(place) { return texts.get(place); },
 *       }),
 *     },
 *   },
 * });
 * ```
 */
export function defineIntegration(integration: Integration): Integration {
  const what = "defineIntegration()";
  checkOptions(what, integration, { name: aName, resultStores: anObject, buckets: aList });
  const { name, resultStores = {}, buckets = [] } = integration;
  if (name === undefined)
    throw new UsageError(`${what} needs the name of the package: defineIntegration({ name: "…" })`);
  for (const [scheme, definition] of Object.entries(resultStores)) {
    checkOptions(`${what} of ${name}: resultStores.${scheme}`, definition, { open: aFunction, checkRoot: aFunction });
    registerResultStore({ scheme, ...definition }, name);
  }
  for (const block of buckets) {
    registerBucketBlock(block);
    registerResultStore(bucketResultStore(block), name);
  }
  return integration;
}

const aList: Rule = (value) => (Array.isArray(value) ? undefined : "a list of blocks: [S3Bucket]");
