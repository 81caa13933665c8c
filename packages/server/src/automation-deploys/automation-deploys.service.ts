import type { AutomationDeploy, BodyOf, filterAutomationDeploys, keepAutomationDeploy } from "@ostinato/protocol";
import * as automations from "../automations/automations.service.ts";
import { readJson, storable, writeJson } from "../db/json-text.ts";
import type { Context } from "../kernel/context.ts";
import { readLimit } from "../kernel/paging.ts";
import { unit } from "../kernel/unit.ts";
import * as queries from "./automation-deploys.queries.ts";

export async function keep(context: Context, id: string, given: BodyOf<typeof keepAutomationDeploy>): Promise<void> {
  const { id: automation_id } = await automations.read(context, id);
  const project = given.project === undefined || given.project === null ? null : storable(given.project);
  await unit(context, ({ tx }) => queries.putDeploy(tx, { automation_id, project, written: writeJson(given.written) }));
}

export async function filter(
  { db }: Context,
  { automation_id, project, limit, offset }: BodyOf<typeof filterAutomationDeploys>,
): Promise<AutomationDeploy[]> {
  const page = { limit: readLimit(limit), offset: offset ?? 0 };
  const rows = await queries.deploys(
    db.read,
    { automationId: automation_id ?? undefined, project: project ?? undefined },
    page,
  );
  return rows.map((row) => ({ ...row, written: readJson(row.written) }));
}
