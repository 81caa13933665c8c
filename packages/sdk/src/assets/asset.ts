import { context, type TaskRunView } from "../context.ts";
import { UsageError } from "../errors.ts";
import { aString, checkOptions, type Rules, shown, strings } from "../run/option-checks.ts";
import type { Asset, AssetLike, AssetMetadata, AssetProperties } from "./asset-options.ts";

const rules: Rules = {
  name: aString,
  description: (value) =>
    typeof value === "string" && value.length <= maxDescription
      ? undefined
      : `a string of at most ${maxDescription} characters`,
  url: aString,
  owners: strings,
};

/** These bounds and characters are Prefect's: its clients and pages know the same assets. */
const maxDescription = 2500;
const maxKey = 512;
const uri = /^[a-z0-9]+:\/\/./;
const refused = /[\n\r\t\0 #?&%"'<>[\]{}|\\^`]/;

/**
 * Names data that tasks make and read, by a URI. Properties that are given replace those that the server knows.
 *
 * ```ts
 * import { asset, materialize } from "ostinato";
 *
 * const features = asset("s3://lake/features.parquet", { name: "Features", owners: ["data-team"] });
 * export const makeFeatures = materialize(features, async function makeFeatures(rows: number[]) {
 *   features.addMetadata({ rows: rows.length });
 *   return rows;
 * });
 * ```
 */
export function asset(key: string, properties?: AssetProperties): Asset {
  checkKey(key);
  if (properties !== undefined) checkOptions(`asset(${shown(key)})`, properties, rules);
  return { key, properties, addMetadata: (metadata) => addAssetMetadata(key, metadata) };
}

/** The asset of a key, or itself. */
export function assetOf(given: AssetLike): Asset {
  return typeof given === "string" ? asset(given) : given;
}

function checkKey(key: unknown): void {
  if (typeof key !== "string" || !uri.test(key)) {
    throw new UsageError(`asset(${shown(key)}): give a URI as the key, such as "s3://bucket/folder/data.parquet"`);
  }
  const wrong = refused.exec(key)?.[0];
  if (wrong !== undefined)
    throw new UsageError(`asset(${shown(key)}): the key cannot contain ${JSON.stringify(wrong)}`);
  if (key.length > maxKey)
    throw new UsageError(`asset(${shown(key)}): the key has ${key.length} characters; give at most ${maxKey}`);
}

/** What the runs under way make, and what they have said of it. */
const making = new WeakMap<
  TaskRunView,
  { readonly keys: ReadonlySet<string>; readonly said: Map<string, AssetMetadata> }
>();

export function beginMaking(run: TaskRunView, assets: readonly Asset[]): void {
  making.set(run, { keys: new Set(assets.map(({ key }) => key)), said: new Map() });
}

/** What the run has said of the asset. */
export function metadataOf(run: TaskRunView, key: string): AssetMetadata {
  return making.get(run)?.said.get(key) ?? {};
}

/** Says more of an asset that the calling task makes. What is said later of the same name replaces it. */
export function addAssetMetadata(given: AssetLike, metadata: AssetMetadata): void {
  const { key } = assetOf(given);
  const run = context.getStore()?.taskRun;
  if (run === undefined)
    throw new UsageError(`addAssetMetadata(${shown(key)}): call it inside the task that makes the asset`);
  if (typeof metadata !== "object" || metadata === null || Array.isArray(metadata)) {
    throw new UsageError(`addAssetMetadata(${shown(key)}): the metadata is ${shown(metadata)}; give an object`);
  }
  const made = making.get(run);
  if (made === undefined || !made.keys.has(key)) {
    throw new UsageError(
      `addAssetMetadata(${shown(key)}): task "${run.taskName}" does not make this asset: name it in materialize()`,
    );
  }
  made.said.set(key, { ...made.said.get(key), ...metadata });
}
