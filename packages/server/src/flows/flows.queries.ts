import type { FlowFilter } from "@ostinato/protocol";
import { type Insertable, type Selectable, sql, type Updateable } from "kysely";
import { everything } from "../criteria/conditions.queries.ts";
import { countMatching } from "../criteria/counting.queries.ts";
import { idleParts } from "../criteria/criteria.queries.ts";
import { flowCondition } from "../criteria/flows.queries.ts";
import { type CriteriaOn, matching } from "../criteria/related.queries.ts";
import type { Database, Reader } from "../db/dialect.ts";
import type { Tables } from "../db/tables.ts";

export type FlowRow = Selectable<Tables["flow"]>;
export type FlowSort = "CREATED_DESC" | "UPDATED_DESC" | "NAME_ASC" | "NAME_DESC";

/** Adds the flow where none has the name; gives false where there is one. */
export async function insertFlow(reader: Reader, row: Insertable<Tables["flow"]>): Promise<boolean> {
  const result = await reader
    .insertInto("flow")
    .values(row)
    .onConflict((conflict) => conflict.column("name").doNothing())
    .executeTakeFirst();
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

export function flowById(reader: Reader, id: string): Promise<FlowRow | undefined> {
  return reader.selectFrom("flow").selectAll().where("id", "=", id).executeTakeFirst();
}

export async function flowsByIds(reader: Reader, ids: readonly string[]): Promise<FlowRow[]> {
  if (ids.length === 0) return [];
  return reader.selectFrom("flow").selectAll().where("id", "in", ids).execute();
}

export function flowByName(reader: Reader, name: string): Promise<FlowRow | undefined> {
  return reader.selectFrom("flow").selectAll().where("name", "=", name).executeTakeFirst();
}

/** Gives the flow as it is then; undefined where there is none. */
export function updateFlow(
  reader: Reader,
  id: string,
  change: Updateable<Tables["flow"]>,
): Promise<FlowRow | undefined> {
  return reader.updateTable("flow").set(change).where("id", "=", id).returningAll().executeTakeFirst();
}

/** The runs go with them, by the foreign key. Gives the flows that there were. */
export async function deleteFlows(reader: Reader, ids: readonly string[]): Promise<readonly FlowRow[]> {
  if (ids.length === 0) return [];
  return reader.deleteFrom("flow").where("id", "in", ids).returningAll().execute();
}

export interface FlowQuery extends CriteriaOn<"flow"> {
  readonly sort: FlowSort;
  readonly limit: number;
  readonly offset: number;
}

const order = {
  CREATED_DESC: sql`flow.created DESC, flow.id DESC`,
  UPDATED_DESC: sql`flow.updated DESC, flow.id DESC`,
  NAME_ASC: sql`flow.name ASC`,
  NAME_DESC: sql`flow.name DESC`,
};

export function findFlows(db: Database, query: FlowQuery): Promise<FlowRow[]> {
  return db.read
    .selectFrom("flow")
    .selectAll()
    .where(matching("flow", query) ?? everything)
    .orderBy(order[query.sort])
    .limit(query.limit)
    .offset(query.offset)
    .execute();
}

/** The parts of the filter that do not ask for anything. */
export function idlePartsOf(filter: FlowFilter): readonly string[] {
  return idleParts(flowCondition, filter);
}

export function countFlows(db: Database, criteria: CriteriaOn<"flow">): Promise<number> {
  return countMatching(db.slow, "flow", matching("flow", criteria));
}
