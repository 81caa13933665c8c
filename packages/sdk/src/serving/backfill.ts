import { createHash } from "node:crypto";
import { addSeconds, durationSeconds, formatTimestamp, jsonText, type Timestamp, toTimestamp } from "@ostinato/core";
import type { createFlowRunFromDeployment, Deployment, FlowRun } from "@ostinato/protocol";
import { nextTimes } from "@ostinato/schedules";
import { UsageError } from "../errors.ts";
import type { BackfillCounts, BackfillOptions } from "../flow/backfill-options.ts";
import { recordParameters } from "../inputs/recorded-parameters.ts";
import { aConcurrency, aDuration, aFunction, anObject, checkOptions, type Rules } from "../run/option-checks.ts";
import { untilEnded } from "../session/run-watch.ts";
import { type Session, session } from "../session/session.ts";
import { requireDeployment } from "./deployment-lookup.ts";
import { aMoment, anAbortSignal } from "./option-rules.ts";

const rules: Rules = {
  from: aMoment,
  to: aMoment,
  every: aDuration,
  concurrency: aConcurrency,
  parameters: anObject,
  onProgress: aFunction,
  signal: anAbortSignal,
};

/** Makes the runs of a deployment for past times, a few at once, and waits for them. */
export async function backfill(deployment: string, options: BackfillOptions): Promise<BackfillCounts> {
  checkOptions("backfill()", options, rules);
  const opened = await session();
  const release = opened.keepAlive();
  try {
    const { row } = await requireDeployment(opened, deployment);
    const times = backfillTimes(row, options);
    return await new Backfill(opened, { deployment: row, options, times }).fill();
  } finally {
    release();
  }
}

/** More runs than anybody means to make. */
const maxTimes = 100_000;

/** The times to fill, in order. Throws a UsageError where there are none. */
export function backfillTimes(
  deployment: Pick<Deployment, "name" | "schedules">,
  { from, to, every }: Pick<BackfillOptions, "from" | "to" | "every">,
): readonly Timestamp[] {
  const start = toTimestamp(new Date(from).toISOString());
  const end = toTimestamp(new Date(to).toISOString());
  if (!(start < end)) throw new UsageError(`backfill(): "to" has to be later than "from"`);
  const times = every === undefined ? timesOfSchedules(deployment, { start, end }) : timesEvery(every, { start, end });
  if (times.length > maxTimes) {
    throw new UsageError(`backfill(): that makes more than ${maxTimes} runs; fill it in several parts`);
  }
  if (times.length > 0) return times;
  throw new UsageError(`backfill(): the schedules of deployment "${deployment.name}" have no times in that range`);
}

interface Range {
  readonly start: Timestamp;
  readonly end: Timestamp;
}

function timesOfSchedules({ name, schedules }: Pick<Deployment, "name" | "schedules">, { start, end }: Range) {
  if (schedules.length === 0) {
    throw new UsageError(`backfill(): deployment "${name}" has no schedule; say how often with "every"`);
  }
  const until = (end - 1) as Timestamp;
  const times = schedules.flatMap(({ schedule }) => nextTimes(schedule, { from: start, until, count: maxTimes + 1 }));
  return [...new Set(times)].toSorted((a, b) => a - b);
}

function timesEvery(every: NonNullable<BackfillOptions["every"]>, { start, end }: Range): readonly Timestamp[] {
  const seconds = durationSeconds(every);
  if (seconds <= 0) throw new UsageError('backfill(): "every" has to be more than 0');
  const times: Timestamp[] = [];
  for (let time = start; time < end && times.length <= maxTimes; time = addSeconds(time, seconds)) times.push(time);
  return times;
}

interface Work {
  readonly deployment: Deployment;
  readonly options: BackfillOptions;
  readonly times: readonly Timestamp[];
}

class Backfill {
  readonly #opened: Session;
  readonly #work: Work;
  readonly #remaining: Timestamp[];
  #completed = 0;
  #failed = 0;

  constructor(opened: Session, work: Work) {
    this.#opened = opened;
    this.#work = work;
    this.#remaining = [...work.times];
  }

  async fill(): Promise<BackfillCounts> {
    const lanes = Math.min(this.#work.options.concurrency ?? 1, this.#remaining.length);
    await Promise.all(Array.from({ length: lanes }, () => this.#lane()));
    return this.#counts();
  }

  /** Makes one run after the other, until nothing is left or the backfill is stopped. */
  async #lane(): Promise<void> {
    const { signal, onProgress } = this.#work.options;
    for (;;) {
      const at = signal?.aborted ? undefined : this.#remaining.shift();
      if (at === undefined) return;
      const made = await this.#make(at);
      const run = await untilEnded(this.#opened, made, { seconds: undefined, signal }).catch((error: unknown) => {
        if (signal?.aborted) return undefined;
        throw error;
      });
      if (run === undefined) return;
      if (run.state_type === "COMPLETED") this.#completed += 1;
      else this.#failed += 1;
      onProgress?.({
        ...this.#counts(),
        run: { id: run.id, name: run.name, stateName: run.state_name ?? "" },
        time: formatTimestamp(at),
      });
    }
  }

  #counts(): BackfillCounts {
    return { total: this.#work.times.length, completed: this.#completed, failed: this.#failed };
  }

  async #make(at: Timestamp): Promise<FlowRun> {
    const { deployment, options } = this.#work;
    const time = formatTimestamp(at);
    const { shown } = await recordParameters({ asked: options.parameters ?? {}, checkJson: async (json) => json });
    return await this.#opened.client.call<typeof createFlowRunFromDeployment>(
      "POST /deployments/{id}/create_flow_run",
      {
        params: { id: deployment.id },
        body: {
          parameters: shown,
          idempotency_key: `backfill ${deployment.id} ${time}${codeOf(shown)}`,
          state: { type: "SCHEDULED", state_details: { scheduled_time: time } },
        },
      },
    );
  }
}

/** Distinguishes backfills of the same times with other parameters. */
function codeOf(parameters: Readonly<Record<string, unknown>>): string {
  if (Object.keys(parameters).length === 0) return "";
  return ` ${createHash("sha256")
    .update(jsonText(parameters) ?? "")
    .digest("hex")
    .slice(0, 16)}`;
}
