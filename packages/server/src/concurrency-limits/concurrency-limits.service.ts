import { type Timestamp, timeOrderedId } from "@ostinato/core";
import type { GlobalConcurrencyLimit } from "@ostinato/protocol";
import type { Reader } from "../db/dialect.ts";
import type { Unit } from "../kernel/unit.ts";
import { lineOfDeployment } from "./freed.ts";
import { presentLimit } from "./limits.presenter.ts";
import * as queries from "./limits.queries.ts";

/** The limits by their ids. */
export async function limitsByIds(
  reader: Reader,
  ids: readonly string[],
  now: Timestamp,
): Promise<ReadonlyMap<string, GlobalConcurrencyLimit>> {
  const rows = await queries.limitsByIds(reader, ids, now);
  return new Map(rows.map((row) => [row.id, presentLimit(row)]));
}

/** Gives a deployment that exists a limit of its own, changes it, or with null takes it away. */
export async function limitOfDeployment(
  { context, tx, followUp }: Unit,
  id: string,
  limit: number | null,
): Promise<void> {
  const name = `deployment:${id}`;
  const now = context.clock.now();
  if (limit === null) await queries.deleteLimit(tx, name);
  else {
    const limitId = await queries.putLimit(tx, { id: timeOrderedId(now), name, maxSlots: limit, now });
    await queries.setLimitOfDeployment(tx, id, limitId);
  }
  followUp(lineOfDeployment, [id]);
}
