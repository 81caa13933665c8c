import { unknownJobVariables } from "@ostinato/job-templates";
import type { Reader } from "../db/dialect.ts";
import { readJson } from "../db/json-text.ts";
import type { RequestError } from "../kernel/errors.ts";
import type { Unit } from "../kernel/unit.ts";
import type { JsonObject } from "../user-input/json-types.rules.ts";
import * as queries from "./job-templates.queries.ts";
import { refusedChangedDeployment, refusedNewDeployment, refusedRun } from "./job-templates.rules.ts";
import { knownSchema } from "./known-schemas.rules.ts";

interface GivenVariables {
  readonly work_pool_name?: string | null | undefined;
  readonly job_variables?: JsonObject | null | undefined;
}

/** Refuses job variables of a deployment that break the template of the pool which the request names. */
export async function checkDeployment(
  { tx, context }: Unit,
  given: GivenVariables,
  how: "create" | "change",
): Promise<void> {
  const { work_pool_name: pool, job_variables: variables } = given;
  if (!pool || !variables) return;
  const template = (await queries.templateOfPool(tx, pool)) ?? "{}";
  const schema = knownSchema(template);
  if (schema === undefined) return;
  throwIf(how === "create" ? refusedNewDeployment(schema, variables) : refusedChangedDeployment(schema, variables));
  for (const { sentence } of unknownJobVariables(readJson<JsonObject>(template), variables)) {
    context.log.warn({ pool, problem: sentence }, "a deployment has a job variable that changes nothing");
  }
}

interface RunOfDeployment {
  /** Of the deployment. */
  readonly queueId: string | null;
  /** Of the deployment, as JSON. */
  readonly deployment: string;
  readonly run: JsonObject | null | undefined;
}

/** Refuses a run whose job variables, over those of its deployment, break the template of its pool. */
export async function checkNewRun(reader: Reader, given: RunOfDeployment): Promise<void> {
  await checkRun(reader, given, "new run");
}

/** Refuses job variables for a run that is there. */
export async function checkChangedRun(reader: Reader, deploymentId: string, run: JsonObject): Promise<void> {
  const found = await queries.variablesOfDeployment(reader, deploymentId);
  if (found === undefined) return;
  await checkRun(reader, { queueId: found.work_queue_id, deployment: found.job_variables, run }, "changed run");
}

async function checkRun(
  reader: Reader,
  { queueId, deployment, run }: RunOfDeployment,
  subject: "new run" | "changed run",
): Promise<void> {
  if (queueId === null) return;
  const schema = knownSchema((await queries.templateOfQueue(reader, queueId)) ?? "{}");
  if (schema === undefined) return;
  throwIf(refusedRun(schema, { ...readJson<JsonObject>(deployment), ...run }, subject));
}

function throwIf(refusal: RequestError | undefined): void {
  if (refusal !== undefined) throw refusal;
}
