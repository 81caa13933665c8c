import { defineIntegration } from "ostinato/integration";
import { GcsBucket } from "./gcs-bucket.ts";

/**
 * Buckets of Google Cloud Storage as blocks, which are result stores and sources of deployments too, and BigQuery.
 *
 * ```ts
 * import "@ostinato/gcp";
 * import { flow } from "ostinato";
 *
 * export const train = flow({ resultStorage: "gcs-bucket/lake" }, async function train() {});
 * ```
 */
export const gcp = defineIntegration({ name: "@ostinato/gcp", buckets: [GcsBucket] });

export { type BigQueryValues, BigQueryWarehouse, bigQuery } from "./big-query.ts";
export type { BigQueryClient, LoadedFiles, LoadFormat, LoadOptions, QueryOptions, Row } from "./big-query-calls.ts";
export { BigQueryError } from "./big-query-error.ts";
export { GcpCredentials, type GcpCredentialsValues } from "./gcp-credentials.ts";
export { GcsBucket, type GcsBucketOptions, type GcsBucketValues, gcsBucket } from "./gcs-bucket.ts";
