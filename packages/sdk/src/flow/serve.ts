import { UsageError } from "../errors.ts";
import { shown } from "../run/option-checks.ts";
import type { ServingOptions } from "./deployment-options.ts";
import { type DeploymentDefinition, type FlowDeployment, isDeployment, serveAll } from "./flow-deployment.ts";

/**
 * Registers several deployments and executes their runs, each in a process of its own, until this process is told to stop: by SIGTERM,
 * SIGINT or `signal`. Resolves when its last run has ended. The options of the process may follow the deployments.
 *
 * ```ts
 * import { flow, serve } from "ostinato";
 *
 * const load = flow(async function load({ day }: { day: string }) {});
 * const report = flow(async function report() {});
 *
 * export const serving = () =>
 *   serve(
 *     load.toDeployment({ name: "daily", cron: "0 2 * * *", timezone: "Asia/Seoul" }),
 *     report.toDeployment({ name: "weekly", rrule: "FREQ=WEEKLY;BYDAY=MO;BYHOUR=8;BYMINUTE=0;BYSECOND=0" }),
 *     { limit: 4 },
 *   );
 * ```
 */
export async function serve(...deployments: readonly FlowDeployment[]): Promise<void>;
export async function serve(...given: readonly [...FlowDeployment[], ServingOptions]): Promise<void>;
export async function serve(...given: readonly unknown[]): Promise<void> {
  const last = given.at(-1);
  const hasOptions = given.length > 0 && !isDeployment(last) && typeof last === "object" && last !== null;
  const deployments = hasOptions ? given.slice(0, -1) : given;
  await serveAll(deployments.map(deploymentOf), hasOptions ? (last as ServingOptions) : {});
}

function deploymentOf(value: unknown): DeploymentDefinition {
  if (isDeployment(value)) return value;
  throw new UsageError(
    `serve() takes what flow.toDeployment({ name: "nightly" }) returned, and was given ${shown(value)}`,
  );
}
