import type { S3ClientConfig } from "@aws-sdk/client-s3";
import { defineIntegration, type ResultStore } from "ostinato/integration";
import { S3Bucket } from "./s3-bucket.ts";
import { parseS3Place } from "./s3-place.ts";

/**
 * Keeps results in buckets: `resultStorage: "s3-bucket/lake"` for the bucket of a block, or `"s3://bucket/prefix"`, whose client finds region, credentials and endpoint as all programs
 * for AWS do: in `AWS_REGION`, `AWS_ACCESS_KEY_ID`, `AWS_PROFILE`, `AWS_ENDPOINT_URL_S3`, in `~/.aws`, or from the machine it
 * runs on.
 *
 * ```ts
 * import "@ostinato/aws";
 * import { flow } from "ostinato";
 *
 * export const train = flow({ resultStorage: "s3://my-bucket/results" }, async function train() {});
 * ```
 */
export const aws = defineIntegration({
  name: "@ostinato/aws",
  buckets: [S3Bucket],
  resultStores: {
    s3: {
      checkRoot: (root) =>
        parseS3Place(root) === undefined
          ? 'a bucket, and a prefix where you want one, as "s3://bucket/prefix"'
          : undefined,
      open: () => s3ResultStore(),
    },
  },
});

/**
 * A store of results in buckets with a client of your own, for a second account or another vendor beside AWS:
 *
 * ```ts
 * import { s3ResultStore } from "@ostinato/aws";
 * import { registerResultStore } from "ostinato/integration";
 *
 * registerResultStore({
 *   scheme: "minio",
 *   open: () => s3ResultStore({ endpoint: "http://minio:9000", region: "us-east-1" }),
 * });
 * ```
 *
 * A client with an endpoint puts the bucket in the path of addresses and sends checksums only where S3 requires them, as most
 * stores beside AWS expect; `config` may say otherwise.
 */
export async function s3ResultStore(config: S3ClientConfig = {}): Promise<ResultStore> {
  const { openS3ResultStore } = await import("./s3-result-store.ts");
  return openS3ResultStore(config);
}

export {
  type AwsClientParameters,
  AwsCredentials,
  type AwsCredentialsValues,
  MinioCredentials,
  type MinioCredentialsValues,
} from "./aws-credentials.ts";
export { S3Bucket, type S3BucketOptions, type S3BucketValues, s3Bucket } from "./s3-bucket.ts";
export { S3ResultError } from "./s3-result-error.ts";
