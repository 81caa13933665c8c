import type { Timestamp } from "@ostinato/core";
import { limitsByIds } from "../concurrency-limits/concurrency-limits.service.ts";
import type { Reader } from "../db/dialect.ts";
import type { WholeDeployment } from "./deployments.presenter.ts";
import type { DeploymentRow } from "./deployments.queries.ts";
import { schedulesOf } from "./schedules.queries.ts";

/** The deployments with their schedules and limits, in three statements whatever their number. */
export async function wholes(
  reader: Reader,
  rows: readonly DeploymentRow[],
  now: Timestamp,
): Promise<WholeDeployment[]> {
  const limitIds = new Set(rows.flatMap(({ concurrency_limit_id }) => concurrency_limit_id ?? []));
  const ids = rows.map(({ id }) => id);
  const [schedules, limits] = await Promise.all([schedulesOf(reader, ids), limitsByIds(reader, [...limitIds], now)]);
  const byDeployment = Map.groupBy(schedules, ({ deployment_id }) => deployment_id);
  return rows.map((row) => ({
    row,
    schedules: byDeployment.get(row.id) ?? [],
    limit: row.concurrency_limit_id === null ? null : (limits.get(row.concurrency_limit_id) ?? null),
  }));
}

/** The same for a deployment whose schedules are known. */
export async function wholeWith(
  reader: Reader,
  { row, schedules }: Pick<WholeDeployment, "row" | "schedules">,
  now: Timestamp,
): Promise<WholeDeployment> {
  const id = row.concurrency_limit_id;
  const limits = id === null ? undefined : await limitsByIds(reader, [id], now);
  return { row, schedules, limit: id === null ? null : (limits?.get(id) ?? null) };
}

export async function whole(reader: Reader, row: DeploymentRow, now: Timestamp): Promise<WholeDeployment> {
  const [found] = await wholes(reader, [row], now);
  return found ?? { row, schedules: [], limit: null };
}
