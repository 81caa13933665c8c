import { type RawBuilder, type SqlBool, sql } from "kysely";
import { type Condition, join } from "../../criteria/conditions.queries.ts";
import type { Database, Reader } from "../../db/dialect.ts";
import { portable } from "../../db/portable.ts";

export interface UsedBlock {
  readonly id: string;
  /** `prefect.blocks.TYPE.NAME`. */
  readonly placeholder: string;
}

const maxUses = 50;

/** The columns that may refer to a block, by their table. */
const columns = {
  deployment: ["deployment.parameters", "deployment.job_variables", "deployment.pull_steps"],
  work_pool: ["work_pool.base_job_template"],
} as const;

/** The block has to be looked for in the texts afterwards: `secret.main` is a part of `secret.main-2`. */
function mentions(table: keyof typeof columns, { id, placeholder }: UsedBlock): Condition {
  const places = columns[table].flatMap((column) => [
    portable.contains(column, placeholder),
    portable.contains(column, id),
  ]);
  return join(places, "or_") ?? sql<SqlBool>`1 = 0`;
}

export function documentsAround(reader: Reader, id: string) {
  return reader
    .selectFrom("block_document_reference")
    .innerJoin("block_document", "block_document.id", "block_document_reference.parent_id")
    .innerJoin("block_type", "block_type.id", "block_document.block_type_id")
    .select(["block_document.id", "block_document.name", "block_type.slug"])
    .distinct()
    .where("block_document_reference.block_document_id", "=", id)
    .orderBy("block_document.name")
    .limit(maxUses)
    .execute();
}

export function deploymentsWith(db: Database, block: UsedBlock) {
  const isNamed: RawBuilder<SqlBool> = sql`(deployment.storage_document_id = ${block.id}
    OR deployment.infrastructure_document_id = ${block.id} OR ${mentions("deployment", block)})`;
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

export function poolsWith(db: Database, block: UsedBlock) {
  return db.slow
    .selectFrom("work_pool")
    .select(["id", "name", "base_job_template"])
    .where(mentions("work_pool", block))
    .orderBy("name")
    .limit(maxUses)
    .execute();
}
