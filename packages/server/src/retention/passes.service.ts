import type { Timestamp } from "@ostinato/core";
import { readPlainJson } from "../db/json-text.ts";
import * as events from "../events/events.service.ts";
import { deleteArtifacts, oldArtifacts } from "./old-artifacts.queries.ts";
import { forgetResults, oldResults, type Removed } from "./old-results.queries.ts";
import * as rows from "./old-rows.queries.ts";
import { removeOldRuns } from "./old-runs.service.ts";
import { mayHoldOld } from "./oldest.queries.ts";
import { removeFiles } from "./result-files.service.ts";
import { reasonForRemoval } from "./retention.rules.ts";
import { deleteAmong, idsOf, type Place } from "./sweep.queries.ts";
import { type Sweep, walk } from "./sweep.service.ts";

/** Rows of a batch: a few milliseconds of the writer's time each. */
export const batches = { cacheEntries: 200, events: 100, logs: 500, artifacts: 50, results: 50 } as const;

/** Removes everything that is too old. */
export async function removeWhatIsOld(sweep: Sweep): Promise<void> {
  if (!(await mayHoldOld(sweep.context.db, sweep.cutoffs, sweep.now))) return;
  const { runs, logs, events: eventsBefore, artifacts, results } = sweep.cutoffs;
  await removeOldCacheEntries(sweep);
  if (eventsBefore !== null) await removeOldEvents(sweep, eventsBefore);
  if (logs !== null) await removeOldLogs(sweep, logs);
  if (runs !== null) await removeOldRuns(sweep, runs);
  if (artifacts !== null) await removeOldArtifacts(sweep);
  if (results !== null) await removeOldResults(sweep, results);
}

function removeOldCacheEntries(sweep: Sweep): Promise<void> {
  const { db } = sweep.context;
  const limit = batches.cacheEntries;
  return walk<Place, number>(sweep, {
    batch: limit,
    find: (after) => rows.oldCacheEntries(db, { before: sweep.now, after, limit }),
    remove: ({ tx }, found) => rows.deleteCacheEntries(tx, idsOf(found)),
    account: (removed) => sweep.count("cache_entries", removed),
  });
}

function removeOldEvents(sweep: Sweep, before: Timestamp): Promise<void> {
  const { context } = sweep;
  const limit = batches.events;
  return walk<rows.OldEvent, number>(sweep, {
    batch: limit,
    find: (after) => rows.oldEvents(context.db, { before, after, limit }),
    remove: ({ tx }, found) => events.removeIn(tx, found.map(keptEvent)),
    account: (removed) => sweep.count("events", removed),
  });
}

function keptEvent({ id, at, resource, related }: rows.OldEvent): events.KeptEvent {
  return { id, occurred: at as Timestamp, resource: readPlainJson(resource), related: readPlainJson(related) };
}

function removeOldLogs(sweep: Sweep, before: Timestamp): Promise<void> {
  const { db } = sweep.context;
  const limit = batches.logs;
  return walk<{ readonly id: string }, number>(sweep, {
    batch: limit,
    find: (after) => rows.oldLogs(db, { before, after, limit }),
    remove: ({ tx }, found) => deleteAmong(tx, { table: "log", ids: idsOf(found) }),
    account: (removed) => sweep.count("logs", removed),
  });
}

function removeOldArtifacts(sweep: Sweep): Promise<void> {
  const { cutoffs } = sweep;
  const { db } = sweep.context;
  const limit = batches.artifacts;
  return walk<Place, readonly string[]>(sweep, {
    batch: limit,
    find: (after) => oldArtifacts(db, { cutoffs, after, limit }),
    async remove({ tx, deleted }, found) {
      const removed = await deleteArtifacts(tx, { ids: idsOf(found), cutoffs });
      deleted("artifact", removed);
      return removed;
    },
    account: (removed) => sweep.count("artifacts", removed.length),
  });
}

function removeOldResults(sweep: Sweep, before: Timestamp): Promise<void> {
  const { context, now } = sweep;
  const { db, config } = context;
  const limit = batches.results;
  const reason = reasonForRemoval(config.retentionResults);
  return walk<Place, Removed>(sweep, {
    batch: limit,
    find: (after) => oldResults(db, { before, now, after, limit }),
    remove: ({ tx }, found) => forgetResults(tx, { ids: idsOf(found), now, reason }),
    async account(removed) {
      sweep.count("results", removed.rows);
      await removeFiles(context, removed.locations);
    },
  });
}
