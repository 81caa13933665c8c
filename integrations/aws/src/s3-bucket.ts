import type { S3ClientConfig } from "@aws-sdk/client-s3";
import { type Bucket, bucketOf } from "ostinato/bucket";
import { described, sharedBlock } from "ostinato/integration";
import {
  AwsCredentials,
  type AwsCredentialsValues,
  clientConfig,
  MinioCredentials,
  type MinioCredentialsValues,
} from "./aws-credentials.ts";

export interface S3BucketValues {
  readonly bucket_name: string;
  /** The machine's own credentials where there are none. */
  readonly credentials?: AwsCredentialsValues | MinioCredentialsValues;
  /** All keys are below it; the whole bucket unless given. */
  readonly bucket_folder?: string;
}

/**
 * A bucket of S3, or of a store that speaks its protocol: Prefect's `S3Bucket`. `S3Bucket.load("lake")` gives a {@link Bucket}.
 *
 * ```ts
 * import { AwsCredentials, S3Bucket } from "@ostinato/aws";
 *
 * await AwsCredentials.save("main", { aws_access_key_id: "…", aws_secret_access_key: "…", region_name: "eu-central-1" });
 * await S3Bucket.save("lake", { bucket_name: "lake", credentials: AwsCredentials.named("main") });
 *
 * const lake = await S3Bucket.load("lake");
 * await lake.uploadFolder("data", "raw/2024");
 * ```
 */
export const S3Bucket = sharedBlock(
  {
    type: "s3-bucket",
    name: "S3 Bucket",
    description: "A bucket of S3, or of a store that speaks its protocol.",
    schema: described<S3BucketValues>({
      title: "S3Bucket",
      required: ["bucket_name"],
      properties: {
        bucket_name: { type: "string", title: "Bucket Name" },
        credentials: { title: "Credentials" },
        bucket_folder: { type: "string", default: "", title: "Bucket Folder" },
      },
    }),
    nested: { credentials: [MinioCredentials, AwsCredentials] },
    capabilities: ["get-directory", "put-directory", "read-path", "write-path"],
  },
  async ({ bucket_name, bucket_folder = "", credentials }) =>
    await s3Bucket(bucket_name, { folder: bucket_folder, client: await clientConfig(credentials) }),
);

export interface S3BucketOptions {
  /** All keys are below it; the whole bucket unless given. */
  readonly folder?: string;
  /** Settings of AWS's own client. What is not given is found as all programs for AWS do. */
  readonly client?: S3ClientConfig;
}

/** A bucket without a block: `await s3Bucket("lake", { folder: "raw" })`. */
export async function s3Bucket(bucket: string, { folder = "", client = {} }: S3BucketOptions = {}): Promise<Bucket> {
  const { openS3Store } = await import("./s3-store.ts");
  return bucketOf({ scheme: "s3", bucket, folder }, openS3Store(bucket, client));
}
