import type { AssetLike } from "../assets/asset-options.ts";
import { UsageError } from "../errors.ts";
import { originOf } from "../identity/definition-identity.ts";
import { readDefinition } from "../run/option-checks.ts";
import { type Task, type TaskFunction, type TaskOf, taskMadeOf } from "./task.ts";
import type { TaskOptions } from "./task-definition.ts";

/** What a task that makes assets may be told beside the assets. */
export type MaterializeOptions = Omit<TaskOptions, "assets">;

/**
 * Makes a task that makes assets. Each run that ends tells by events what it made, or failed to make, and of which other assets: those
 * that the tasks made whose results it takes, and those in `assetDeps`.
 *
 * ```ts
 * import { materialize } from "ostinato";
 *
 * export const load = materialize("s3://lake/raw.parquet", async function load() { return [1, 2]; });
 * export const clean = materialize(
 *   ["s3://lake/clean.parquet"],
 *   { assetDeps: ["postgres://shop/customers"], materializedBy: "duckdb", retries: 2 },
 *   async function clean(rows: number[]) { return rows.filter((row) => row > 1); },
 * );
 * ```
 */
export function materialize<F extends TaskFunction>(assets: AssetLike | readonly AssetLike[], fn: F): TaskOf<F>;
export function materialize<F extends TaskFunction>(
  assets: AssetLike | readonly AssetLike[],
  options: MaterializeOptions,
  fn: F,
): TaskOf<F>;
export function materialize(
  assets: AssetLike | readonly AssetLike[],
  ...given: readonly unknown[]
): Task<readonly unknown[], unknown> {
  const all = (Array.isArray(assets) ? assets : [assets]) as readonly AssetLike[];
  if (all.length === 0) {
    throw new UsageError("materialize() needs at least one asset: materialize(asset, async function load() { … })");
  }
  const { options, fn } = readDefinition("materialize()", given);
  const called = fn as (...args: never[]) => unknown;
  return taskMadeOf({ ...(options as TaskOptions), assets: all }, called, originOf(called, materialize));
}
