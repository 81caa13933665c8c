import { formatTimestamp } from "@ostinato/core";
import { type BackfillProgress, closeSession } from "@ostinato/sdk";
import { backfillTimes, backfill as fill } from "@ostinato/sdk/backfill";
import { withServer } from "../connect.ts";
import { CliError, usageError } from "../errors.ts";
import { exitCodes } from "../exit-codes.ts";
import { localTime } from "../output/moments.ts";
import { note, say, sayJson } from "../output/output.ts";
import { oneLine } from "../output/text.ts";
import { openLiveBlock } from "../progress/live-block.ts";
import type { GivenParameters, Parameters } from "../run/parameters.ts";
import { findDeployment } from "./find.ts";
import { readDuration, readMoment } from "./given-times.ts";
import { parametersOf, refusalOf } from "./run.ts";

export interface BackfillOptions extends GivenParameters {
  readonly from: string;
  readonly to: string;
  readonly every?: string;
  readonly concurrency: number;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** Makes one run for each time of a deployment's schedules in a range, and shows how far it has come. */
export async function backfill(wanted: string, options: BackfillOptions): Promise<void> {
  const range = {
    from: readMoment("--from", options.from),
    to: readMoment("--to", options.to),
    ...(options.every === undefined ? {} : { every: readDuration("--every", options.every) }),
  };
  const { deployment, parameters, times } = await withServer(async ({ client, overNetwork }) => {
    if (!overNetwork && !options.dryRun) {
      throw new CliError('A backfill needs a running server. Start one with "ostinato server start".');
    }
    const found = await findDeployment(client, wanted);
    return {
      deployment: found,
      parameters: await parametersOf(client, found, options),
      times: inWords(() => backfillTimes(found.row, range)).map(formatTimestamp),
    };
  });
  if (options.dryRun) return sayTimes(times, options.json);
  if (deployment.row.status !== "READY")
    note(`Nothing serves ${oneLine(deployment.fullName)} now: its runs wait until something does.`);
  await fillAll(deployment.row.id, { range, parameters, options, command: `ostinato deployment backfill ${wanted}` });
}

function sayTimes(times: readonly string[], json: boolean | undefined): void {
  if (json) {
    sayJson(times);
    return;
  }
  for (const time of times) say(localTime(time) ?? time);
  note(`${times.length} runs would be made.`);
}

interface Filling {
  readonly range: { readonly from: Date; readonly to: Date; readonly every?: number };
  readonly parameters: Parameters;
  readonly options: BackfillOptions;
  readonly command: string;
}

async function fillAll(deploymentId: string, { range, parameters, options, command }: Filling): Promise<void> {
  const stop = new AbortController();
  const interrupt = () => stop.abort();
  process.once("SIGINT", interrupt);
  const progress = showProgress();
  try {
    const counts = await fill(deploymentId, {
      ...range,
      parameters,
      concurrency: options.concurrency,
      signal: stop.signal,
      onProgress: progress.show,
    });
    progress.close();
    if (options.json) sayJson(counts);
    else
      say(
        `${counts.completed} of ${counts.total} runs have completed${counts.failed > 0 ? `, ${counts.failed} have not` : ""}.`,
      );
    if (stop.signal.aborted) {
      note(`Interrupted: runs that are open go on. The same command goes on from here: ${command} …`);
      process.exitCode = exitCodes.cancelled;
    } else if (counts.failed > 0) process.exitCode = exitCodes.failed;
  } catch (error) {
    progress.close();
    throw refusalOf(error) ?? error;
  } finally {
    process.off("SIGINT", interrupt);
    await closeSession();
  }
}

/** On a terminal one line that is redrawn, else one line for each run. */
function showProgress() {
  if (!process.stderr.isTTY) {
    return { show: (progress: BackfillProgress) => note(lineOf(progress)), close: () => {} };
  }
  const block = openLiveBlock();
  return { show: (progress: BackfillProgress) => block.show([lineOf(progress)]), close: () => block.close() };
}

function lineOf({ total, completed, failed, run, time }: BackfillProgress): string {
  const failures = failed > 0 ? `, ${failed} not completed` : "";
  return `${completed + failed}/${total}${failures}  ${localTime(time)}  ${oneLine(run.name)} ${run.stateName}`;
}

/** Errors of the SDK about what was given are wrong use of the command. */
function inWords<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof Error && error.name === "UsageError" ? usageError(error.message) : error;
  }
}
