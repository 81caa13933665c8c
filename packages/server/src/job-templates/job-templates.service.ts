import { isUuid } from "@ostinato/core";
import { templateWarnings, unknownJobVariables } from "@ostinato/job-templates";
import { hasBlockDocument } from "../block-documents/block-documents.service.ts";
import type { Reader } from "../db/dialect.ts";
import { readJson } from "../db/json-text.ts";
import type { Context } from "../kernel/context.ts";
import type { RequestError } from "../kernel/errors.ts";
import type { Unit } from "../kernel/unit.ts";
import type { JsonObject } from "../user-input/json-types.rules.ts";
import * as queries from "./job-templates.queries.ts";
import {
  checkTemplate,
  missingBlock,
  refusedChangedDeployment,
  refusedDefaults,
  refusedNewDeployment,
  refusedRun,
  type VariablesSchema,
  variablesSchema,
} from "./job-templates.rules.ts";
import { knownSchema } from "./known-schemas.rules.ts";

/** A work pool that gets a template. */
interface NamedTemplate {
  readonly pool: string;
  readonly template: JsonObject;
}

/** Refuses a new work pool whose template can't be used, and logs what works otherwise than it looks. */
export async function checkNewPool({ context, tx }: Unit, { pool, template }: NamedTemplate): Promise<void> {
  checkTemplate(template);
  throwIf(await refusalOfDefaults(tx, template));
  logWarnings(context, { pool, template });
}

/** The same for a new template of a pool. As in Prefect, its schema and its defaults are not a reason to refuse it; they are logged. */
export async function checkChangedPool({ context, tx }: Unit, { pool, template }: NamedTemplate): Promise<void> {
  checkTemplate(template);
  const refusal = await refusalOfDefaults(tx, template);
  if (refusal !== undefined) {
    // What follows is a value, which may be a secret.
    const [problem] = refusal.message.split(" Failure reason:");
    context.log.warn({ pool, problem }, "the job template of a work pool has a problem");
  }
  logWarnings(context, { pool, template });
}

async function refusalOfDefaults(reader: Reader, template: JsonObject): Promise<RequestError | undefined> {
  const schema = variablesSchema(template);
  return schema && ((await refusedBlock(reader, schema)) ?? refusedDefaults(schema));
}

/** The refusal of a default that refers to a block which is not there. A schema that is none has a refusal of its own. */
async function refusedBlock(reader: Reader, { refusal, blocks }: VariablesSchema): Promise<RequestError | undefined> {
  if (refusal !== undefined) return undefined;
  for (const block of blocks) {
    if (!isUuid(block.id) || !(await hasBlockDocument(reader, block.id.toLowerCase()))) return missingBlock(block);
  }
  return undefined;
}

function logWarnings({ log }: Context, { pool, template }: NamedTemplate): void {
  for (const { sentence } of templateWarnings(template)) {
    log.warn({ pool, problem: sentence }, "the job template of a work pool works otherwise than it looks");
  }
}

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
  const isNew = how === "create" && Object.keys(variables).length > 0;
  throwIf(isNew ? await refusedBlock(tx, schema) : undefined);
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
  throwIf(await refusedBlock(reader, schema));
  throwIf(refusedRun(schema, { ...readJson<JsonObject>(deployment), ...run }, subject));
}

function throwIf(refusal: RequestError | undefined): void {
  if (refusal !== undefined) throw refusal;
}
