import { type Timestamp, timeOrderedId } from "@ostinato/core";
import type { GlobalConcurrencyLimit, LiveLimit } from "@ostinato/protocol";
import type { Reader } from "../db/dialect.ts";
import type { Context } from "../kernel/context.ts";
import type { Unit } from "../kernel/unit.ts";
import { lineOfDeployment, noteChanged } from "./freed.ts";
import { presentLimit } from "./limits.presenter.ts";
import * as queries from "./limits.queries.ts";

export { slotsFilled } from "./filling.rules.ts";

/** The limits by their ids. */
export async function limitsByIds(
  reader: Reader,
  ids: readonly string[],
  now: Timestamp,
): Promise<ReadonlyMap<string, GlobalConcurrencyLimit>> {
  const rows = await queries.limitsByIds(reader, ids, now);
  return new Map(rows.map((row) => [row.id, presentLimit(row)]));
}

/** The names of those limits that exist. */
export async function namesOf({ db }: Context, ids: readonly string[]): Promise<readonly LiveLimit[]> {
  return queries.namesOfLimits(db.read, ids);
}

/** Gives a deployment that exists a limit of its own, changes it, or with null takes it away. */
export async function limitOfDeployment(unit: Unit, id: string, limit: number | null): Promise<void> {
  const { context, tx, followUp } = unit;
  const name = `deployment:${id}`;
  const now = context.clock.now();
  if (limit === null) {
    const [former] = await queries.limitsWithNames(tx, [name]);
    await queries.deleteLimit(tx, name);
    if (former !== undefined) unit.deleted("concurrency-limit", [former.id]);
  } else {
    const limitId = await queries.putLimit(tx, { id: timeOrderedId(now), name, maxSlots: limit, now });
    await queries.setLimitOfDeployment(tx, id, limitId);
    noteChanged(unit, [limitId]);
  }
  followUp(lineOfDeployment, [id]);
}
