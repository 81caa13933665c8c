import type { Database } from "../../db/dialect.ts";

export function deploymentWithFlow(db: Database, id: string) {
  return db.read
    .selectFrom("deployment")
    .innerJoin("flow", "flow.id", "deployment.flow_id")
    .select([
      "deployment.id",
      "deployment.name",
      "deployment.description",
      "deployment.parameters",
      "deployment.parameter_openapi_schema",
      "deployment.enforce_parameter_schema",
      "deployment.tags",
      "deployment.paused",
      "deployment.status",
      "deployment.job_variables",
      "deployment.work_queue_id",
      "flow.id as flow_id",
      "flow.name as flow_name",
    ])
    .where("deployment.id", "=", id)
    .executeTakeFirst();
}

export function parametersOfRun(db: Database, id: string) {
  return db.read
    .selectFrom("flow_run")
    .leftJoin("kept_parameters", "kept_parameters.flow_run_id", "flow_run.id")
    .select([
      "flow_run.id",
      "flow_run.name",
      "flow_run.flow_id",
      "flow_run.parameters",
      "flow_run.tags",
      "flow_run.job_variables",
      "flow_run.priority",
      "kept_parameters.format as kept_format",
    ])
    .where("flow_run.id", "=", id)
    .executeTakeFirst();
}

/** The work pool of a queue, with the name of the queue. */
export function poolOfQueue(db: Database, queueId: string) {
  return db.read
    .selectFrom("work_queue")
    .innerJoin("work_pool", "work_pool.id", "work_queue.work_pool_id")
    .select(["work_pool.id", "work_pool.name", "work_pool.base_job_template", "work_queue.name as queue_name"])
    .where("work_queue.id", "=", queueId)
    .executeTakeFirst();
}
