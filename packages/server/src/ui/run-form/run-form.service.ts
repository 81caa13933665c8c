import { randomRunName } from "@ostinato/core";
import type { RunForm } from "@ostinato/protocol";
import { readJson, readPlainJson } from "../../db/json-text.ts";
import type { Context } from "../../kernel/context.ts";
import { notFound } from "../../kernel/errors.ts";
import * as parameterSchemas from "../../parameter-schemas/parameter-schemas.service.ts";
import { queuesOfPool } from "../work-pools/work-pool-page.queries.ts";
import { deploymentWithFlow, parametersOfRun, poolOfQueue } from "./run-form.queries.ts";

const maxQueues = 200;

type JsonObject = RunForm["deployment"]["parameters"];

/** The form for a run of a deployment, filled as the run `from` was. */
export async function runForm(context: Context, id: string, from: string | null): Promise<RunForm> {
  const { db } = context;
  const [row, run] = await Promise.all([
    deploymentWithFlow(db, id),
    from === null ? undefined : parametersOfRun(db, from),
  ]);
  if (row === undefined) throw notFound("Deployment", id);
  const { name, description, paused, status, work_queue_id: queueId } = row;
  const pool = queueId === null ? undefined : await poolOfQueue(db, queueId);
  const queues = pool === undefined ? [] : await queuesOfPool(db, pool.id, maxQueues);
  return {
    deployment: {
      id,
      name,
      description,
      paused: paused === 1,
      status,
      parameters: readJson<JsonObject>(row.parameters),
      enforce_parameter_schema: row.enforce_parameter_schema === 1,
      tags: readPlainJson<string[]>(row.tags),
      job_variables: readJson<JsonObject>(row.job_variables),
      work_queue_name: pool?.queue_name ?? null,
    },
    work_pool:
      pool === undefined
        ? null
        : {
            name: pool.name,
            base_job_template: readJson<JsonObject>(pool.base_job_template),
            queues: queues.map((queue) => queue.name),
          },
    flow: { id: row.flow_id, name: row.flow_name },
    parameter_schema: schemaIn(row.parameter_openapi_schema) ?? (await schemaOfFlow(context, row.flow_id)),
    suggested_name: randomRunName(),
    from:
      run === undefined
        ? null
        : {
            id: run.id,
            name: run.name,
            flow_id: run.flow_id,
            parameters: readJson<JsonObject>(run.parameters),
            parameters_are_exact: run.kept_format === null,
            tags: readPlainJson<string[]>(run.tags),
            job_variables: run.job_variables === null ? {} : readJson<JsonObject>(run.job_variables),
            priority: run.priority,
          },
  };
}

/** Null for what a deployment has whose client registered no schema: no keys, or no properties and nothing else. */
function schemaIn(text: string | null): JsonObject | null {
  if (text === null) return null;
  const schema = readJson<JsonObject>(text);
  const { type: _, properties, ...others } = schema;
  const isUnknown = Object.keys(others).length === 0 && Object.keys(properties ?? {}).length === 0;
  return isUnknown ? null : schema;
}

async function schemaOfFlow(context: Context, flowId: string): Promise<JsonObject | null> {
  const schema = await parameterSchemas.newest(context, flowId);
  return typeof schema === "object" && schema !== null && !Array.isArray(schema) ? (schema as JsonObject) : null;
}
