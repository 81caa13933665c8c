import { isRandomRunName } from "@ostinato/core";
import type { FlowRun as FlowRunRow, updateFlowRun } from "@ostinato/protocol";
import { type MadeName, makeRunName, type RunName } from "../run/run-name.ts";
import type { Api } from "../session/roles.ts";
import type { FlowDefinition } from "./flow-definition.ts";

export const unnamed: MadeName = { name: undefined };

/** Names the run by the flow's parameters. Invalid parameters count too, because the run that reports them has a name. */
export async function nameOf({ options, defaults }: FlowDefinition, given: unknown): Promise<MadeName> {
  if (options.runName === undefined) return unnamed;
  const isRecord = typeof given === "object" && given !== null;
  const parameters = isRecord ? (given as Readonly<Record<string, unknown>>) : {};
  return await makeRunName(options.runName as RunName<never>, { parameters, defaults });
}

interface RunToName {
  readonly row: FlowRunRow;
  readonly definition: FlowDefinition;
  readonly parameters: unknown;
}

/** A run that somebody else made has a random name until it begins. One that has its own name keeps it. */
export async function renamed({ client }: Pick<Api, "client">, { row, definition, parameters }: RunToName) {
  if (row.run_count > 0 || row.deployment_id === null || !isRandomRunName(row.name)) return { name: row.name };
  const { name, problem } = await nameOf(definition, parameters);
  if (name === undefined) return { name: row.name, problem };
  await client.call<typeof updateFlowRun>("PATCH /flow_runs/{id}", { params: { id: row.id }, body: { name } });
  return { name, problem };
}
