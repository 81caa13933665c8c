import type { FileDeployOptions } from "../flow/deploy-options.ts";

/** A deployment of a project; the work pool may be that of the defaults. */
export type ProjectDeployment = Omit<FileDeployOptions, "workPool"> & Partial<Pick<FileDeployOptions, "workPool">>;

/** The deployments of a project, as they stand in `ostinato.config.ts`. */
export interface ProjectConfig {
  /** Whose deployments they are, so that `--prune` deletes no others. The name in `package.json` by default, else that of the folder. */
  readonly project?: string;
  /** Options of all deployments that do not say them. Job variables and parameters are added to each other by name. */
  readonly defaults?: Partial<Omit<FileDeployOptions, "name" | "entrypoint">>;
  readonly deployments: readonly ProjectDeployment[];
}

/**
 * Gives the config as it is, with its types checked while it is written.
 *
 * ```ts
 * import { defineConfig } from "ostinato/config";
 *
 * export default defineConfig({
 *   defaults: { workPool: "machines", timezone: "Asia/Seoul" },
 *   deployments: [
 *     { name: "nightly", entrypoint: "flows/train.ts:train", cron: "0 2 * * *", parameters: { depth: 8 } },
 *     { name: "by-hand", entrypoint: "flows/train.ts:train" },
 *   ],
 * });
 * ```
 */
export function defineConfig(config: ProjectConfig): ProjectConfig {
  return config;
}
