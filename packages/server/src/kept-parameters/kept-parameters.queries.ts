import type { Reader, Writer } from "../db/dialect.ts";
import type { Tables } from "../db/tables.ts";

export async function insertKeptParameters(tx: Writer, row: Tables["kept_parameters"]): Promise<void> {
  await tx.insertInto("kept_parameters").values(row).execute();
}

/** The kept parameters of the run; `kept` is null if its parameters as JSON are exact. Undefined if the run does not exist. */
export function keptParametersOf(reader: Reader, flowRunId: string) {
  return reader
    .selectFrom("flow_run")
    .leftJoin("kept_parameters as kept", "kept.flow_run_id", "flow_run.id")
    .select(["kept.format", "kept.data", "kept.checked", "kept.reason"])
    .where("flow_run.id", "=", flowRunId)
    .executeTakeFirst();
}

export async function deleteKeptParameters(tx: Writer, flowRunId: string): Promise<void> {
  await tx.deleteFrom("kept_parameters").where("flow_run_id", "=", flowRunId).execute();
}
