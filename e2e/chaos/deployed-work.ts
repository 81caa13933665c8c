import type { MarkedProcess } from "./marks.ts";
import type { AskedRuns, DeploymentOfRuns } from "./run-requests.ts";

/** Runs of deployments, with the processes that worked on them. */
export interface DeployedWork extends AskedRuns {
  readonly deployments: readonly DeploymentOfRuns[];
  /** The deployments as they are now. */
  readonly readDeployments: () => Promise<readonly DeploymentOfRuns[]>;
  /** Names of the deployments whose crashed runs start again. */
  readonly restartedAfterCrash: ReadonlySet<string>;
  readonly processes: readonly MarkedProcess[];
  /** The claims whose process was killed. */
  readonly killedClaims: ReadonlySet<string>;
}
