import { addSeconds, formatTimestamp, type Timestamp } from "@ostinato/core";
import type { LimitRow } from "@ostinato/protocol";
import { slotsFilled } from "../../concurrency-limits/concurrency-limits.service.ts";
import type { Context } from "../../kernel/context.ts";
import * as queries from "./limit-rows.queries.ts";

/** More deployments than rows of a page may share limits; beyond it some rows name none. */
const maxDeployments = 1000;

/** Adds to limits what their rows show: four statements, whatever their number. */
export async function withFigures(
  { db, clock }: Context,
  rows: readonly queries.LimitInList[],
): Promise<readonly LimitRow[]> {
  if (rows.length === 0) return [];
  const ids = rows.map(({ id }) => id);
  const now = clock.now();
  const [taken, lines, linesOfDeployments, deployments] = await Promise.all([
    queries.slotsTaken(db.read, ids),
    queries.linesOfLimits(db.read, ids),
    queries.linesOfDeployments(db.read, ids),
    queries.deploymentsOfLimits(db.read, ids, maxDeployments),
  ]);
  const takenById = new Map(taken.map((row) => [row.id, row]));
  const linesById = Map.groupBy([...lines, ...linesOfDeployments], ({ id }) => id);
  const deploymentsById = Map.groupBy(deployments, ({ limit_id }) => limit_id);
  return rows.map((row) => {
    const [deployment] = deploymentsById.get(row.id) ?? [];
    const figures = { taken: takenById.get(row.id), lines: linesById.get(row.id) ?? [] };
    return present(row, figures, deployment, now);
  });
}

interface Figures {
  readonly taken: queries.SlotsTaken | undefined;
  readonly lines: readonly queries.Line[];
}

function present(
  row: queries.LimitInList,
  figures: Figures,
  deployment: queries.DeploymentOfLimit | undefined,
  now: Timestamp,
): LimitRow {
  const { id, created, updated, name, active, max_slots, slot_decay_per_second, kind } = row;
  const active_slots = slot_decay_per_second > 0 ? slotsFilled(row, now) : (figures.taken?.slots ?? 0);
  return {
    id,
    created: formatTimestamp(created),
    updated: formatTimestamp(updated),
    active: active === 1,
    name,
    limit: max_slots,
    active_slots,
    slot_decay_per_second,
    kind,
    empty_at: moment(emptyAt(row)),
    deployment:
      deployment === undefined ? null : { id: deployment.id, name: deployment.name, flow_name: deployment.flow_name },
    waiting: figures.lines.reduce((sum, { waiting }) => sum + waiting, 0),
    waiting_since: moment(earliest(figures.lines.map(({ since }) => since))),
    full_since: active_slots >= max_slots && max_slots > 0 ? moment(fullSince(row, figures)) : null,
  };
}

function emptyAt({ slot_decay_per_second, filled, filled_at }: queries.LimitInList): Timestamp | null {
  return slot_decay_per_second > 0 && filled_at !== null ? addSeconds(filled_at, filled / slot_decay_per_second) : null;
}

/**
 * Since the last slot was taken at the latest. Where slots change hands, those who wait show that none was free for longer.
 */
function fullSince({ slot_decay_per_second, filled_at }: queries.LimitInList, { taken, lines }: Figures) {
  const last = slot_decay_per_second > 0 ? filled_at : (taken?.last_taken ?? null);
  return earliest([last, ...lines.map(({ denied_since }) => denied_since)].filter((at) => at !== null));
}

function earliest(moments: readonly Timestamp[]): Timestamp | null {
  return moments.length === 0 ? null : (Math.min(...moments) as Timestamp);
}

function moment(at: Timestamp | null): string | null {
  return at === null ? null : formatTimestamp(at);
}
