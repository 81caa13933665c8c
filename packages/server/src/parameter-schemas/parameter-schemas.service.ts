import { timeOrderedId } from "@ostinato/core";
import { readJson, writeJson } from "../db/json-text.ts";
import type { Context } from "../kernel/context.ts";
import { notFound } from "../kernel/errors.ts";
import { unit } from "../kernel/unit.ts";
import * as queries from "./parameter-schemas.queries.ts";

/** The newest schema of the flow's parameters; undefined if no client has reported one. */
export async function newest({ db }: Context, flowId: string): Promise<unknown> {
  const schema = await queries.newestParameterSchema(db, flowId);
  return schema === undefined ? undefined : readJson(schema);
}

export async function read(context: Context, flowId: string): Promise<{ readonly schema: unknown }> {
  if (!(await queries.flowExists(context.db.read, flowId))) throw notFound("Flow", flowId);
  return { schema: (await newest(context, flowId)) ?? null };
}

/** Keeps the schema for the version of the flow, as the newest. */
export async function keep(
  context: Context,
  flowId: string,
  { version = null, schema }: { readonly version?: string | null | undefined; readonly schema: unknown },
): Promise<void> {
  const now = context.clock.now();
  const row = {
    id: timeOrderedId(now),
    created: now,
    updated: now,
    flow_id: flowId,
    version,
    schema: writeJson(schema),
  };
  await unit(context, async ({ tx }) => {
    if (!(await queries.flowExists(tx, flowId))) throw notFound("Flow", flowId);
    await queries.replaceParameterSchema(tx, row);
  });
}
