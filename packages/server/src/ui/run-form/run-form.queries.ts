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
      "flow.id as flow_id",
      "flow.name as flow_name",
    ])
    .where("deployment.id", "=", id)
    .executeTakeFirst();
}

export function parametersOfRun(db: Database, id: string) {
  return db.read
    .selectFrom("flow_run")
    .select(["id", "name", "flow_id", "parameters", "tags"])
    .where("id", "=", id)
    .executeTakeFirst();
}
