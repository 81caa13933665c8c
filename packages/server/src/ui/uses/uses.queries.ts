import { type RawBuilder, type SqlBool, sql } from "kysely";
import { type Condition, join } from "../../criteria/conditions.queries.ts";
import type { Database } from "../../db/dialect.ts";
import { portable } from "../../db/portable.ts";

const maxUses = 50;

/** The columns that may refer to blocks and variables, by their table. */
const columns = {
  deployment: ["deployment.parameters", "deployment.job_variables", "deployment.pull_steps"],
  deployment_schedule: ["deployment_schedule.parameters"],
  work_pool: ["work_pool.base_job_template"],
  automation: ["automation.actions", "automation.actions_on_trigger", "automation.actions_on_resolve"],
} as const;

/** The texts have to be looked at again afterwards: `secret.main` is a part of `secret.main-2`. */
function mentions(table: keyof typeof columns, words: readonly string[]): Condition {
  const places = columns[table].flatMap((column) => words.map((word) => portable.contains(column, word)));
  return join(places, "or_") ?? sql<SqlBool>`1 = 0`;
}

/** Deployments that mention one of the words, with the texts that may. `documentId` is a block that they may have as their storage. */
export function deploymentsMentioning(db: Database, words: readonly string[], documentId: string | null) {
  const isNamed: RawBuilder<SqlBool> = sql`(deployment.storage_document_id = ${documentId}
    OR deployment.infrastructure_document_id = ${documentId} OR ${mentions("deployment", words)})`;
  return db.slow
    .selectFrom("deployment")
    .innerJoin("flow", "flow.id", "deployment.flow_id")
    .select(["deployment.id", "deployment.name", "flow.name as flow_name"])
    .select(["deployment.parameters", "deployment.job_variables", "deployment.pull_steps"])
    .select(["deployment.storage_document_id", "deployment.infrastructure_document_id"])
    .where(isNamed)
    .orderBy("deployment.name")
    .limit(maxUses)
    .execute();
}

/** The deployments of schedules that mention one of the words. */
export function schedulesMentioning(db: Database, words: readonly string[]) {
  return db.slow
    .selectFrom("deployment_schedule")
    .innerJoin("deployment", "deployment.id", "deployment_schedule.deployment_id")
    .innerJoin("flow", "flow.id", "deployment.flow_id")
    .select(["deployment.id", "deployment.name", "flow.name as flow_name", "deployment_schedule.parameters"])
    .where(mentions("deployment_schedule", words))
    .orderBy("deployment.name")
    .limit(maxUses)
    .execute();
}

export function poolsMentioning(db: Database, words: readonly string[]) {
  return db.slow
    .selectFrom("work_pool")
    .select(["id", "name", "base_job_template"])
    .where(mentions("work_pool", words))
    .orderBy("name")
    .limit(maxUses)
    .execute();
}

export function automationsMentioning(db: Database, words: readonly string[]) {
  return db.slow
    .selectFrom("automation")
    .select(["id", "name", "actions", "actions_on_trigger", "actions_on_resolve"])
    .where(mentions("automation", words))
    .orderBy("name")
    .limit(maxUses)
    .execute();
}
