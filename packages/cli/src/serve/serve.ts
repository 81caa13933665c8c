import { closeSession } from "@ostinato/sdk";
import {
  type DescribedFlow,
  type FileDescription,
  flowsByExport,
  isDescribedFlow,
  type ServedFile,
  serveFiles,
} from "@ostinato/sdk/serve-files";
import { withServer } from "../connect.ts";
import { readDuration } from "../deployments/given-times.ts";
import { CliError, usageError } from "../errors.ts";
import { findFlow } from "../run/find-flow.ts";
import { type GivenParameters, readParameters } from "../run/parameters.ts";
import { readTarget, type Target } from "../run/target.ts";

export interface ServeCommandOptions extends GivenParameters {
  readonly name: string;
  readonly cron?: string;
  readonly interval?: string;
  readonly rrule?: string;
  readonly timezone?: string;
  readonly tag?: readonly string[];
  readonly description?: string;
  readonly limit?: number;
  readonly concurrency?: number;
  readonly missed?: "all" | "latest" | "none";
  readonly expireAfter?: string;
  readonly onCrash?: "stay" | "restart";
  readonly maxRestarts?: number;
  readonly pauseOnShutdown?: boolean;
  readonly watch?: boolean;
}

/** Serves flows of files until the process is told to stop. */
export async function serveTargets(targets: readonly string[], options: ServeCommandOptions): Promise<void> {
  const files = targets.map(readTarget).map(servedFile);
  await withServer(async ({ overNetwork }) => {
    if (!overNetwork) throw new CliError('Serving needs a running server. Start one with "ostinato server start".');
  });
  const { limit, pauseOnShutdown, watch = false } = options;
  try {
    await serveFiles(files, {
      deployment: deploymentOf(options),
      serving: given({ limit, pauseOnShutdown }),
      watch,
      program: new URL(`./run-program.${extension}`, import.meta.resolve("ostinato")),
    });
  } catch (error) {
    throw isUsageError(error) ? usageError((error as Error).message) : error;
  }
  await closeSession();
}

const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";

function isUsageError(error: unknown): boolean {
  return !(error instanceof CliError) && error instanceof Error && error.name === "UsageError";
}

function deploymentOf(options: ServeCommandOptions) {
  const { name, cron, rrule, interval, timezone, tag, description, concurrency, missed, onCrash, maxRestarts } =
    options;
  const { expireAfter } = options;
  return {
    name,
    parameters: readParameters(options, undefined),
    ...given({
      cron,
      rrule,
      timezone,
      description,
      concurrency,
      missed,
      onCrash,
      maxRestarts,
      tags: tag,
      interval: interval === undefined ? undefined : readDuration("--interval", interval),
      expireAfter: expireAfter === undefined ? undefined : readDuration("--expire-after", expireAfter),
    }),
  };
}

type Given<T> = { readonly [K in keyof T]?: Exclude<T[K], undefined> };

/** The options that were given. */
function given<T extends object>(options: T): Given<T> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Given<T>;
}

function servedFile(target: Target): ServedFile {
  return { file: target.file, choose: (description) => chosenFlows(description, target) };
}

/** The flow that was named, or all that the file exports. */
function chosenFlows(description: FileDescription, target: Target): readonly DescribedFlow[] {
  if (target.exportName === undefined && description.flows.length > 1) return description.flows;
  return [findFlow({ exports: flowsByExport(description), target, isFlow: isDescribedFlow })];
}
