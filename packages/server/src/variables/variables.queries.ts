import type { VariableFilter, VariableSort } from "@ostinato/protocol";
import type { Insertable, Selectable, Updateable } from "kysely";
import { everything } from "../criteria/conditions.queries.ts";
import { countMatching } from "../criteria/counting.queries.ts";
import { variableCondition } from "../criteria/variables.queries.ts";
import type { Reader, Writer } from "../db/dialect.ts";
import type { Tables } from "../db/tables.ts";

export type VariableRow = Selectable<Tables["variable"]>;

/** How a request names a variable. */
export type VariableKey = { readonly id: string } | { readonly name: string };

export function findVariable(reader: Reader, key: VariableKey): Promise<VariableRow | undefined> {
  const [column, value] = "id" in key ? (["id", key.id] as const) : (["name", key.name] as const);
  return reader.selectFrom("variable").selectAll().where(column, "=", value).executeTakeFirst();
}

export function variablesByNames(reader: Reader, names: readonly string[]): Promise<VariableRow[]> {
  return reader.selectFrom("variable").selectAll().where("name", "in", names).execute();
}

export function namesOfVariables(reader: Reader, ids: readonly string[]) {
  return reader.selectFrom("variable").select(["id", "name"]).where("id", "in", ids).execute();
}

export interface VariableQuery {
  readonly filter: VariableFilter | null | undefined;
  readonly sort: VariableSort;
  readonly limit: number;
  readonly offset: number;
}

const orders = {
  NAME_ASC: ["name", "asc"],
  NAME_DESC: ["name", "desc"],
  CREATED_DESC: ["created", "desc"],
  UPDATED_DESC: ["updated", "desc"],
} as const satisfies Readonly<Record<VariableSort, unknown>>;

export function findVariables(reader: Reader, { filter, sort, limit, offset }: VariableQuery): Promise<VariableRow[]> {
  const [column, direction] = orders[sort];
  return reader
    .selectFrom("variable")
    .selectAll()
    .where(variableCondition(filter) ?? everything)
    .orderBy(column, direction)
    .orderBy("id", direction)
    .limit(limit)
    .offset(offset)
    .execute();
}

export function countVariables(reader: Reader, filter: VariableFilter | null | undefined): Promise<number> {
  return countMatching(reader, "variable", variableCondition(filter));
}

/** Adds the variable where none has the name; gives false where there is one. */
export async function insertVariable(tx: Writer, row: Insertable<Tables["variable"]>): Promise<boolean> {
  const result = await tx
    .insertInto("variable")
    .values(row)
    .onConflict((conflict) => conflict.column("name").doNothing())
    .executeTakeFirst();
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

export function updateVariable(
  tx: Writer,
  id: string,
  change: Updateable<Tables["variable"]>,
): Promise<VariableRow | undefined> {
  return tx.updateTable("variable").set(change).where("id", "=", id).returningAll().executeTakeFirst();
}

export function deleteVariable(tx: Writer, id: string): Promise<VariableRow | undefined> {
  return tx.deleteFrom("variable").where("id", "=", id).returningAll().executeTakeFirst();
}
