import type { Reader } from "../db/dialect.ts";
import type { JsonText } from "../db/tables.ts";

export async function concurrencyOptionsOf(reader: Reader, deploymentId: string): Promise<JsonText | null> {
  const found = await reader
    .selectFrom("deployment")
    .select("concurrency_options")
    .where("id", "=", deploymentId)
    .executeTakeFirst();
  return found?.concurrency_options ?? null;
}
