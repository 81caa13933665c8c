import type { Automation } from "../automations/automation.ts";
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
  /** What `automation()` of `ostinato/automations` returned. */
  readonly automations?: readonly Automation[];
}

/**
 * Gives the config as it is, with its types checked while it is written.
 *
 * ```ts
 * import { automation, notify, slack } from "ostinato/automations";
 * import { defineConfig } from "ostinato/config";
 *
 * export default defineConfig({
 *   defaults: { workPool: "machines", timezone: "Asia/Seoul" },
 *   deployments: [
 *     { name: "nightly", entrypoint: "flows/train.ts:train", cron: "0 2 * * *", parameters: { depth: 8 } },
 *     { name: "by-hand", entrypoint: "flows/train.ts:train" },
 *   ],
 *   automations: [automation({ name: "training fails", when: { flow: "train", state: "Failed" }, then: notify(slack("team")) })],
 * });
 * ```
 */
export function defineConfig(config: ProjectConfig): ProjectConfig {
  return config;
}
