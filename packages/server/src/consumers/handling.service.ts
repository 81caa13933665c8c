import { timeOrderedId } from "@ostinato/core";
import { DatabaseUnavailable } from "../db/dialect.ts";
import type { Consumer } from "../kernel/consumer.ts";
import type { Context } from "../kernel/context.ts";
import { type Unit, unit } from "../kernel/unit.ts";
import * as failures from "./failed-deliveries.queries.ts";
import * as queries from "./outbox.queries.ts";
import { latestDue, nextAttempt, secondsUntil } from "./retries.rules.ts";
import { isWantedBy } from "./wants.rules.ts";

/** A bound on the rows of the outbox in one unit of work. */
const maxBatch = 100;
/** Where changes wait for a transaction that began before theirs, or another server has them. */
const lookAgainSeconds = 0.25;
/** For so long what is due waits for changes that are not committed yet. */
const maxWaitSeconds = 1;
/** While more changes than these wait for a transaction, what is due waits with them. */
const maxComing = 1000;
const maxReasonCharacters = 2000;

/** Requests of a consumer's work to its caller. */
export interface Calls {
  /** Asks for the next call within so many seconds. */
  within(seconds: number): void;
  readonly signal: AbortSignal;
}

/** Notes where consumers begin that have not run before. Nothing is cleaned up that they have not passed. */
export async function registerConsumers(context: Context, consumers: readonly Consumer[]): Promise<void> {
  const names = consumers.map(({ name }) => name);
  await unit(context, ({ tx }) => queries.registerConsumers(tx, names, context.clock.now()));
}

/** Has a consumer handle what there is. The returned function does it once, until nothing is left. */
export function consumerWork(context: Context, consumer: Consumer): (calls: Calls) => Promise<void> {
  const { db, clock } = context;
  const handling = createHandling(context, consumer);
  return async ({ within, signal }) => {
    while (!signal.aborted) {
      const prospect = await queries.prospectOf(db, consumer.name);
      if (prospect === undefined) {
        await registerConsumers(context, [consumer]);
        continue;
      }
      if (prospect.foreign) {
        await unit(context, ({ tx }) => queries.adoptForeignRows(tx));
        continue;
      }
      const dueIn = prospect.due === null ? undefined : secondsUntil(prospect.due, clock.now());
      if (dueIn === 0 && (await handling.retryNext()) === "elsewhere") return within(lookAgainSeconds);
      // Having caught up, it lets changes gather instead of taking them one by one.
      if (prospect.ready && (await handling.takeNext()) !== "done") return within(lookAgainSeconds);
      if (prospect.ready || dueIn === 0) continue;
      const timedIn = await consumer.timed?.secondsUntilDue(context);
      // Changes under way may come before it, and are waited for a little.
      const isTime = timedIn !== undefined && timedIn <= (prospect.waiting ? -maxWaitSeconds : 0);
      if (isTime) {
        if ((await handling.handleTimed()) !== "done") return within(lookAgainSeconds);
        continue;
      }
      if (prospect.waiting) within(lookAgainSeconds);
      if (dueIn !== undefined) within(dueIn);
      if (timedIn !== undefined) within(Math.max(timedIn, 0));
      return;
    }
  };
}

type Step = "done" | "elsewhere" | "caught up";
type TimedStep = "done" | "elsewhere" | "later";

interface Handling {
  /** Handles the next rows of the outbox, unless another server does. */
  takeNext(): Promise<Step>;
  /** Tries the failed change again that is due first. */
  retryNext(): Promise<Step>;
  /** Does some of the work that has come due with time. */
  handleTimed(): Promise<TimedStep>;
}

function createHandling(context: Context, consumer: Consumer): Handling {
  const { clock, log, metrics } = context;
  const isWanted = isWantedBy(consumer.wants);
  const labels = { consumer: consumer.name };
  let batchSize = maxBatch;
  /** Rows of a batch that failed, of which one may be to blame. */
  let suspects = 0;

  /** Runs `work` while no other server handles anything for the consumer. */
  function exclusively(work: (held: Unit, position: queries.Position) => Promise<void>): Promise<Step> {
    return unit(context, async (held) => {
      const position = await queries.holdPosition(held.tx, consumer.name);
      if (position === undefined) return "elsewhere";
      await work(held, position);
      return "done";
    });
  }

  async function takeNext(): Promise<Step> {
    let taken: readonly queries.OutboxRow[] = [];
    let handled = 0;
    let passed = false;
    try {
      const step = await exclusively(async (held, position) => {
        handled = 0;
        passed = false;
        taken = await queries.rowsAfter(held.tx, { position, limit: batchSize });
        const last = taken.at(-1);
        if (last === undefined) return;
        const batch = taken.filter(isWanted);
        if (batch.length > 0 && (await consumer.handle(held, batch)) === "more") return;
        handled = batch.length;
        passed = true;
        await queries.movePosition(held.tx, consumer.name, { ...last, now: clock.now() });
      });
      const hasCaughtUp = passed && taken.length < batchSize;
      suspects = Math.max(0, suspects - taken.length);
      if (suspects === 0) batchSize = maxBatch;
      metrics.add("consumer_handled_total", handled, labels);
      return hasCaughtUp ? "caught up" : step;
    } catch (error) {
      const [first] = taken;
      // The database is away, or something is wrong that is nobody's fault but ours: no change is to blame.
      if (error instanceof DatabaseUnavailable || first === undefined) throw error;
      suspects = Math.max(suspects, taken.length);
      // Fewer at a time, until the one that is to blame stands alone.
      batchSize = taken.length > 1 ? Math.max(1, Math.floor(taken.length / 4)) : maxBatch;
      if (taken.length === 1) await setAside(first, error);
      return "done";
    }
  }

  /** Notes that a change has failed, and lets the consumer go on behind it. */
  async function setAside(row: queries.OutboxRow, error: unknown): Promise<void> {
    await exclusively(async ({ tx }, position) => {
      const [next] = await queries.rowsAfter(tx, { position, limit: 1 });
      if (next?.seq !== row.seq) return;
      const now = clock.now();
      const { seq, kind, name, ref, as_of } = row;
      const about = { id: timeOrderedId(now), consumer: consumer.name, seq, kind, name, ref, as_of, first_failed: now };
      await failures.keepFailure(tx, { ...about, ...failedAgain(1, error) });
      await queries.movePosition(tx, consumer.name, { ...row, now });
    });
    report(row, { attempts: 1, error });
  }

  async function retryNext(): Promise<Step> {
    let failed: failures.FailedDelivery | undefined;
    try {
      return await exclusively(async (held) => {
        const now = clock.now();
        failed = await failures.nextDue(held.tx, { consumer: consumer.name, now, latest: latestDue(now) });
        if (failed === undefined) return;
        if ((await consumer.handle(held, [failed])) === "more") return;
        await failures.forgetFailure(held.tx, failed.id);
      });
    } catch (error) {
      const row = failed as failures.FailedDelivery | undefined;
      if (error instanceof DatabaseUnavailable || row === undefined) throw error;
      const attempts = row.attempts + 1;
      const step = await exclusively(({ tx }) => failures.keepFailure(tx, { ...row, ...failedAgain(attempts, error) }));
      report(row, { attempts, error });
      return step;
    }
  }

  function failedAgain(attempts: number, error: unknown) {
    const now = clock.now();
    const reason = error instanceof Error ? error.message : String(error);
    return {
      attempts,
      reason: reason.slice(0, maxReasonCharacters),
      last_failed: now,
      due: nextAttempt(attempts, { now }),
    };
  }

  function report({ name, ref }: { readonly name: string; readonly ref: string }, { attempts, error }: Failure): void {
    metrics.add("consumer_failures_total", 1, labels);
    const isDead = nextAttempt(attempts, { now: clock.now() }) === null;
    const about = { err: error, consumer: consumer.name, change: name, ref, attempts };
    if (isDead) log.error(about, "a consumer has given up on a change: it is a dead letter");
    else log.warn(about, "a consumer failed on a change, it is tried again");
  }

  async function handleTimed(): Promise<TimedStep> {
    let outcome: "done" | "later" = "done";
    const step = await exclusively(async (held, position) => {
      const coming = await queries.allRowsAfter(held.tx, { position, limit: maxComing + 1 });
      const isTooMuch = coming.length > maxComing;
      outcome = isTooMuch ? "later" : ((await consumer.timed?.handle(held, coming.filter(isWanted))) ?? "done");
    });
    return step === "elsewhere" ? step : outcome;
  }

  return { takeNext, retryNext, handleTimed };
}

interface Failure {
  readonly attempts: number;
  readonly error: unknown;
}
