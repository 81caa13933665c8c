import { type Timestamp, timeOrderedId } from "@ostinato/core";
import type { Context } from "../src/kernel/context.ts";

export interface TestDeployment {
  readonly id: string;
  readonly flowId: string;
}

export interface DeploymentFields {
  readonly paused?: 0 | 1;
  readonly concurrency_options?: string;
  readonly run_policy?: string;
  readonly last_polled?: Timestamp;
}

/** Puts a flow and a deployment of it into the tables. */
export async function addDeployment(
  { db, clock }: Pick<Context, "db" | "clock">,
  fields: DeploymentFields = {},
): Promise<TestDeployment> {
  const now = clock.now();
  const row = { created: now, updated: now, tags: "[]", labels: "{}" };
  const flow = { ...row, id: timeOrderedId(now), name: `flow-${timeOrderedId(now)}` };
  const deployment = {
    ...row,
    id: timeOrderedId(now),
    name: "nightly",
    flow_id: flow.id,
    paused: 0 as const,
    parameters: "{}",
    job_variables: "{}",
    enforce_parameter_schema: 1 as const,
    run_policy: "{}",
    status: "NOT_READY" as const,
    ...fields,
  };
  await db.write(async (tx) => {
    await tx.insertInto("flow").values(flow).execute();
    await tx.insertInto("deployment").values(deployment).execute();
  });
  return { id: deployment.id, flowId: flow.id };
}
