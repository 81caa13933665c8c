import type { Timestamp } from "@ostinato/core";
import { type Insertable, type SqlBool, sql } from "kysely";
import type { Reader, Writer } from "../db/dialect.ts";
import { storable } from "../db/json-text.ts";
import { portable } from "../db/portable.ts";
import type { Tables } from "../db/tables.ts";

/** The run that is to have an input, with its present state. */
export function receivingRun(reader: Reader, id: string) {
  return reader
    .selectFrom("flow_run")
    .leftJoin("flow_run_state as state", "state.id", "flow_run.state_id")
    .select(["flow_run.id", "flow_run.name", "flow_run.state_type", "state.state_details"])
    .where("flow_run.id", "=", id)
    .executeTakeFirst();
}

export type ReceivingRun = NonNullable<Awaited<ReturnType<typeof receivingRun>>>;

/** Adds the input where the run has none with the key; gives false where it has. */
export async function insertInput(tx: Writer, row: Insertable<Tables["flow_run_input"]>): Promise<boolean> {
  const result = await tx
    .insertInto("flow_run_input")
    .values(row)
    .onConflict((conflict) => conflict.columns(["flow_run_id", "key"]).doNothing())
    .executeTakeFirst();
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

export async function inputValue(reader: Reader, flowRunId: string, key: string): Promise<string | undefined> {
  const row = await reader
    .selectFrom("flow_run_input")
    .select("value")
    .where("flow_run_id", "=", flowRunId)
    .where("key", "=", key)
    .executeTakeFirst();
  return row?.value;
}

/** The inputs of these runs that have one of these keys, which may be those of another run among them. */
export function inputsUnder(reader: Reader, places: readonly { readonly flowRunId: string; readonly key: string }[]) {
  return reader
    .selectFrom("flow_run_input")
    .select(["flow_run_id", "key", "value"])
    .where("flow_run_id", "in", [...new Set(places.map(({ flowRunId }) => flowRunId))])
    .where("key", "in", [...new Set(places.map(({ key }) => storable(key)))])
    .execute();
}

export interface InputQuery {
  readonly flowRunId: string;
  readonly prefix: string;
  readonly excludedKeys: readonly string[];
  /** Those before it are left out, and itself. */
  readonly after: { readonly created: Timestamp; readonly id: string } | undefined;
  readonly limit: number;
}

/** Oldest first. */
export function findInputs(reader: Reader, { flowRunId, prefix, excludedKeys, after, limit }: InputQuery) {
  const begins = sql`substr(key, 1, ${[...prefix].length})`;
  let query = reader
    .selectFrom("flow_run_input")
    .selectAll()
    .where("flow_run_id", "=", flowRunId)
    .where(begins, "=", prefix)
    .orderBy("created")
    .orderBy("id")
    .limit(limit);
  if (after !== undefined) query = query.where(sql<SqlBool>`(created, id) > (${after.created}, ${after.id})`);
  if (excludedKeys.length > 0) {
    // Prefect's client names all that it has received, which may be more values than a statement takes.
    const excluded = portable.rowsOf(JSON.stringify(excludedKeys.map((excluded) => ({ excluded }))), {
      excluded: "text",
    });
    query = query.where(sql<SqlBool>`key NOT IN (SELECT excluded FROM ${excluded} AS given)`);
  }
  return query.execute();
}

export async function deleteInput(tx: Writer, flowRunId: string, key: string): Promise<boolean> {
  const result = await tx
    .deleteFrom("flow_run_input")
    .where("flow_run_id", "=", flowRunId)
    .where("key", "=", key)
    .executeTakeFirst();
  return result.numDeletedRows > 0n;
}
