import type { Reader } from "../db/dialect.ts";
import { prepared } from "../db/prepared.ts";
import type { JsonText } from "../db/tables.ts";

/** A work pool's job template as JSON. */
interface Template {
  readonly base_job_template: JsonText;
}

const ofPool = prepared<{ name: string }, Template>((reader, slot) =>
  reader.selectFrom("work_pool").select("base_job_template").where("name", "=", slot("name")),
);

const ofQueue = prepared<{ id: string }, Template>((reader, slot) =>
  reader
    .selectFrom("work_queue")
    .innerJoin("work_pool", "work_pool.id", "work_queue.work_pool_id")
    .select("base_job_template")
    .where("work_queue.id", "=", slot("id")),
);

export async function templateOfPool(reader: Reader, name: string): Promise<string | undefined> {
  return (await ofPool(reader, { name })).rows[0]?.base_job_template;
}

export async function templateOfQueue(reader: Reader, id: string): Promise<string | undefined> {
  return (await ofQueue(reader, { id })).rows[0]?.base_job_template;
}

/** The job variables and the work queue of a deployment. */
export function variablesOfDeployment(reader: Reader, id: string) {
  return reader
    .selectFrom("deployment")
    .select(["job_variables", "work_queue_id"])
    .where("id", "=", id)
    .executeTakeFirst();
}
