import type { Timestamp } from "@ostinato/core";
import type { Reader } from "../db/dialect.ts";
import { portable } from "../db/portable.ts";

export interface ServedDeployment {
  readonly id: string;
  readonly name: string;
  readonly paused: 0 | 1;
  readonly status: "READY" | "NOT_READY";
  readonly last_polled: Timestamp | null;
  readonly work_queue_id: string | null;
  readonly concurrency_limit_id: string | null;
  /** The work pool in the newest version of the deployment. A pool that is deleted takes the deployment's queue along, and not this name. */
  readonly said_pool: string | null;
}

export function servedDeployment(reader: Reader, id: string): Promise<ServedDeployment | undefined> {
  return reader
    .selectFrom("deployment")
    .leftJoin("deployment_version as version", "version.id", "deployment.version_id")
    .select([
      "deployment.id",
      "deployment.name",
      "paused",
      "status",
      "last_polled",
      "work_queue_id",
      "concurrency_limit_id",
    ])
    .select(portable.jsonField("version.definition", "work_pool_name").$castTo<string | null>().as("said_pool"))
    .where("deployment.id", "=", id)
    .executeTakeFirst();
}
