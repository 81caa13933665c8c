import type { BigQueryOptions } from "@google-cloud/bigquery";
import { described, sharedBlock } from "ostinato/integration";
import type { BigQueryClient } from "./big-query-calls.ts";
import { clientOptions, GcpCredentials, type GcpCredentialsValues } from "./gcp-credentials.ts";

export interface BigQueryValues {
  readonly gcp_credentials: GcpCredentialsValues;
  /** Only Python follows it. */
  readonly fetch_size?: number;
}

/**
 * Queries and loads of BigQuery: Prefect's `BigQueryWarehouse`.
 *
 * ```ts
 * import { BigQueryWarehouse } from "@ostinato/gcp";
 *
 * const warehouse = await BigQueryWarehouse.load("main");
 * const rows = await warehouse.query("SELECT day, fare FROM trips.green WHERE fare > @least", { params: { least: 5 } });
 * await warehouse.load("trips.expensive", rows, { mode: "replace" });
 * ```
 */
export const BigQueryWarehouse = sharedBlock(
  {
    type: "bigquery-warehouse",
    name: "BigQuery Warehouse",
    description: "Queries and loads of BigQuery.",
    schema: described<BigQueryValues>({
      title: "BigQueryWarehouse",
      required: ["gcp_credentials"],
      properties: {
        gcp_credentials: { title: "Gcp Credentials" },
        fetch_size: {
          type: "integer",
          default: 1,
          title: "Fetch Size",
          description: "The number of rows to fetch at a time.",
        },
      },
    }),
    nested: { gcp_credentials: GcpCredentials },
  },
  async ({ gcp_credentials }) => await bigQuery(await clientOptions(gcp_credentials)),
);

/** BigQuery without a block: `await bigQuery({ projectId: "lab" })`. What is not given is found as all programs for Google Cloud do. */
export async function bigQuery(client: BigQueryOptions = {}): Promise<BigQueryClient> {
  const { openBigQuery } = await import("./big-query-client.ts");
  return openBigQuery(client);
}
