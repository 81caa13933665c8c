import type { Timestamp } from "@ostinato/core";
import type { Reader } from "../db/dialect.ts";

export interface ServedDeployment {
  readonly id: string;
  readonly name: string;
  readonly paused: 0 | 1;
  readonly status: "READY" | "NOT_READY";
  readonly last_polled: Timestamp | null;
  readonly work_queue_id: string | null;
  readonly concurrency_limit_id: string | null;
}

export function servedDeployment(reader: Reader, id: string): Promise<ServedDeployment | undefined> {
  return reader
    .selectFrom("deployment")
    .select(["id", "name", "paused", "status", "last_polled", "work_queue_id", "concurrency_limit_id"])
    .where("id", "=", id)
    .executeTakeFirst();
}
