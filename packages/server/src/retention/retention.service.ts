import { formatTimestamp, type Timestamp, timeOrderedId } from "@ostinato/core";
import type { RemovedCounts, RetentionPass, Retention as RetentionView } from "@ostinato/protocol";
import { databaseBytes } from "../admin/admin.service.ts";
import type { Context } from "../kernel/context.ts";
import { unit } from "../kernel/unit.ts";
import type { Cause } from "./age.rules.ts";
import { type AgeClock, ageClock } from "./age.service.ts";
import { removeWhatIsOld } from "./passes.service.ts";
import * as queries from "./retention.queries.ts";
import { cutoffsAt, nothingRemoved, rulesOf, writtenDown } from "./retention.rules.ts";
import { createSweep, type Sweep, SweptElsewhere } from "./sweep.service.ts";

/** Removes data that is older than the settings allow. One for each server. */
export interface Retention {
  readonly running: boolean;
  /** Why the latest pass here removed less than is too old by the machine's clock; null where it did not. */
  readonly waiting: string | null;
  /**
   * Runs one pass over all data. Joins the pass that is under way, or follows it if that one is not confirmed. Never rejects: the
   * answer says how it ended.
   */
  pass(cause?: Cause): Promise<RetentionPass>;
  /** Call it when a server begins to serve, before it writes anything. */
  begin(): Promise<void>;
  /** Interrupts the pass that is under way, after the unit of work that it is in, and lets none begin. */
  stop(): Promise<void>;
}

export function createRetention(context: Context): Retention {
  const stopping = new AbortController();
  const age = ageClock(context);
  let running: Promise<RetentionPass> | undefined;
  let followed = false;
  measure(context);
  return {
    get running() {
      return running !== undefined;
    },
    get waiting() {
      return age.waiting;
    },
    pass(cause = "due") {
      const before = running;
      if (before !== undefined && (cause !== "confirmed" || followed)) return before;
      followed = cause === "confirmed";
      const begin = () => onePass(context, { age, cause, signal: stopping.signal });
      const pass = (before === undefined ? begin() : before.then(begin)).finally(() => {
        if (running === pass) running = undefined;
      });
      running = pass;
      return pass;
    },
    begin: () => age.begin(),
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

function measure(context: Context): void {
  const { db, metrics } = context;
  metrics.gauge({
    name: "database_size_bytes",
    help: "What the database takes on its disk, with the room in it that is free",
    read: async () => (await databaseBytes(context)) ?? 0,
  });
  metrics.gauge({
    name: "retention_last_pass_timestamp_seconds",
    help: "When a server of this database last finished a pass over what is too old; 0 before the first",
    async read() {
      const last = await queries.lastPass(db);
      return last === null ? 0 : Date.parse(last.finished) / 1000;
    },
  });
}

/** The settings of retention, and its latest passes. */
export async function describe(context: Context, retention: Retention): Promise<RetentionView> {
  const [last, bytes] = await Promise.all([queries.lastPass(context.db), databaseBytes(context)]);
  const { running, waiting } = retention;
  return { rules: rulesOf(context.config), running, last, waiting, database_size_bytes: bytes };
}

/** The rows that a pass would remove now, by the machine's clock. */
export function preview({ db, config, clock }: Context): Promise<RemovedCounts> {
  const now = clock.now();
  return queries.countOld(db, cutoffsAt(config, now), now);
}

interface PassOptions {
  readonly age: AgeClock;
  readonly cause: Cause;
  readonly signal: AbortSignal;
}

async function onePass(context: Context, { age, cause, signal }: PassOptions): Promise<RetentionPass> {
  const removed = { ...nothingRemoved };
  const started = context.clock.now();
  let sweep: Sweep | undefined;
  let bytes = 0;
  const ended = (outcome: RetentionPass["outcome"], error: unknown = null): RetentionPass => ({
    started: formatTimestamp(started),
    finished: formatTimestamp(context.clock.now()),
    outcome,
    error: error === null ? null : error instanceof Error ? error.message : String(error),
    removed,
    as_of: sweep === undefined ? null : formatTimestamp(sweep.now),
    cutoffs: sweep === undefined ? null : writtenDown(sweep.cutoffs),
    bytes_given_back: bytes,
  });
  try {
    const now = await age.read(cause);
    sweep = createSweep(context, { signal, removed, now });
    const reason = cause === "confirmed" ? null : await age.reasonToWait(sweep.cutoffs);
    if (reason !== null) return ended("waiting", reason);
    await removeWhatIsOld(sweep);
    await giveBackSpace(sweep, (given) => {
      bytes += given;
    });
    const pass = await keep(context, ended("complete"));
    age.kept();
    return pass;
  } catch (error) {
    if (signal.aborted) return ended("interrupted");
    if (error instanceof SweptElsewhere) return ended("interrupted", error);
    context.log.error({ err: error }, "removing what is too old failed, it is tried again");
    return ended("failed", error);
  }
}

/** Pages that one unit of work moves: about a millisecond. */
const pagesPerStep = 64;

async function giveBackSpace({ context, paced }: Sweep, given: (bytes: number) => void): Promise<void> {
  for (let bytes = -1; bytes !== 0; given(bytes)) bytes = await paced(() => context.db.giveBackSpace(pagesPerStep));
}

/** Notes a pass in the database, for all of its servers. */
async function keep(context: Context, pass: RetentionPass): Promise<RetentionPass> {
  const { clock, log, metrics } = context;
  const now: Timestamp = clock.now();
  await unit(context, ({ tx }) => queries.keepLastPass(tx, pass, { id: timeOrderedId(now), now }));
  const seconds = (Date.parse(pass.finished) - Date.parse(pass.started)) / 1000;
  metrics.observe("retention_pass_seconds", seconds);
  const total = Object.values(pass.removed).reduce((sum, rows) => sum + rows, 0);
  if (total > 0)
    log.info({ ...pass.removed, seconds, bytes_given_back: pass.bytes_given_back }, "removed what was too old");
  return pass;
}
