import { type KeptParameters, keptParametersLimitBytes } from "@ostinato/protocol";
import type { Writer } from "../db/dialect.ts";
import { storable } from "../db/json-text.ts";
import type { Context } from "../kernel/context.ts";
import { notFound } from "../kernel/errors.ts";
import * as queries from "./kept-parameters.queries.ts";

/** Keeps them in the unit of work that creates the run. */
export async function keepParameters(tx: Writer, flowRunId: string, given: KeptParameters): Promise<void> {
  const { format, data, checked, reason } = bounded(given);
  await queries.insertKeptParameters(tx, {
    flow_run_id: flowRunId,
    format,
    data: data === null ? null : storable(data),
    checked: checked ? 1 : 0,
    reason: reason === null ? null : storable(reason),
  });
}

/** The run has other parameters now. */
export const forgetParameters = queries.deleteKeptParameters;

export async function readParameters({ db }: Context, flowRunId: string): Promise<KeptParameters | null> {
  const found = await queries.keptParametersOf(db.read, flowRunId);
  if (found === undefined) throw notFound("Flow run", flowRunId);
  const { format, data, checked, reason } = found;
  return format === null ? null : { format, data, checked: checked === 1, reason };
}

/** A run is never refused for what would only be needed to go on with it. */
function bounded(given: KeptParameters): KeptParameters {
  const bytes = given.data === null ? 0 : Buffer.byteLength(given.data);
  if (bytes <= keptParametersLimitBytes) return given;
  const reason = `they take ${bytes} bytes, and the maximum is ${keptParametersLimitBytes}`;
  return { format: "none", data: null, checked: false, reason };
}
