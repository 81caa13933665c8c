import { formatTimestamp, type Timestamp, timeOrderedId } from "@ostinato/core";
import type { RemovedCounts, RetentionPass, Retention as RetentionView } from "@ostinato/protocol";
import { databaseBytes } from "../admin/admin.service.ts";
import type { Context } from "../context.ts";
import { removeWhatIsOld } from "./passes.service.ts";
import * as queries from "./retention.queries.ts";
import { cutoffsAt, nothingRemoved, rulesOf } from "./retention.rules.ts";
import { createSweep, type Sweep, SweptElsewhere } from "./sweep.service.ts";

/** Removes what is older than the settings say. One for each server. */
export interface Retention {
  readonly running: boolean;
  /** Goes once over everything; joins the pass that is under way. Never rejects: the answer says how it ended. */
  pass(): Promise<RetentionPass>;
  /** Interrupts the pass that is under way, after the unit of work that it is in, and lets none begin. */
  stop(): Promise<void>;
}

export function createRetention(context: Context): Retention {
  const stopping = new AbortController();
  let running: Promise<RetentionPass> | undefined;
  measure(context);
  return {
    get running() {
      return running !== undefined;
    },
    pass() {
      running ??= onePass(context, stopping.signal).finally(() => {
        running = undefined;
      });
      return running;
    },
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

/** What the settings say, and how it went lately. */
export async function describe(context: Context, retention: Retention): Promise<RetentionView> {
  const [last, bytes] = await Promise.all([queries.lastPass(context.db), databaseBytes(context)]);
  return { rules: rulesOf(context.config), running: retention.running, last, database_size_bytes: bytes };
}

/** What a pass would remove now. */
export function preview({ db, config, clock }: Context): Promise<RemovedCounts> {
  const now = clock.now();
  return queries.countOld(db, cutoffsAt(config, now), now);
}

async function onePass(context: Context, signal: AbortSignal): Promise<RetentionPass> {
  const removed = { ...nothingRemoved };
  const sweep = createSweep(context, { signal, removed });
  let bytes = 0;
  const ended = (outcome: RetentionPass["outcome"], error: unknown = null): RetentionPass => ({
    started: formatTimestamp(sweep.now),
    finished: formatTimestamp(context.clock.now()),
    outcome,
    error: error === null ? null : error instanceof Error ? error.message : String(error),
    removed,
    bytes_given_back: bytes,
  });
  try {
    await removeWhatIsOld(sweep);
    await giveBackSpace(sweep, (given) => {
      bytes += given;
    });
    return await keep(context, ended("complete"));
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
async function keep({ db, clock, log, metrics }: Context, pass: RetentionPass): Promise<RetentionPass> {
  const now: Timestamp = clock.now();
  await db.write((tx) => queries.keepLastPass(tx, pass, { id: timeOrderedId(now), now }));
  const seconds = (Date.parse(pass.finished) - Date.parse(pass.started)) / 1000;
  metrics.observe("retention_pass_seconds", seconds);
  const total = Object.values(pass.removed).reduce((sum, rows) => sum + rows, 0);
  if (total > 0)
    log.info({ ...pass.removed, seconds, bytes_given_back: pass.bytes_given_back }, "removed what was too old");
  return pass;
}
