import type { StorageOptions } from "@google-cloud/storage";
import { type Bucket, bucketOf } from "ostinato/bucket";
import { described, sharedBlock } from "ostinato/integration";
import { clientOptions, GcpCredentials, type GcpCredentialsValues } from "./gcp-credentials.ts";

export interface GcsBucketValues {
  readonly bucket: string;
  /** The machine's own credentials where there are none. */
  readonly gcp_credentials?: GcpCredentialsValues;
  /** All keys are below it; the whole bucket unless given. */
  readonly bucket_folder?: string;
}

/**
 * A bucket of Google Cloud Storage: Prefect's `GcsBucket`. `GcsBucket.load("lake")` gives a {@link Bucket}. Where `STORAGE_EMULATOR_HOST` is set, it is
 * a bucket of that emulator.
 *
 * ```ts
 * import { GcpCredentials, GcsBucket } from "@ostinato/gcp";
 *
 * await GcpCredentials.save("main", { service_account_file: "key.json" });
 * await GcsBucket.save("lake", { bucket: "lake", gcp_credentials: GcpCredentials.named("main") });
 *
 * const lake = await GcsBucket.load("lake");
 * await lake.uploadFolder("data", "raw/2024");
 * ```
 */
export const GcsBucket = sharedBlock(
  {
    type: "gcs-bucket",
    name: "GCS Bucket",
    description: "A bucket of Google Cloud Storage.",
    schema: described<GcsBucketValues>({
      title: "GcsBucket",
      required: ["bucket"],
      properties: {
        bucket: { type: "string", title: "Bucket", description: "Name of the bucket." },
        gcp_credentials: { title: "Gcp Credentials", description: "The credentials to authenticate with GCP." },
        bucket_folder: {
          type: "string",
          default: "",
          title: "Bucket Folder",
          description: "A default path to a folder within the GCS bucket to use for reading and writing objects.",
        },
      },
    }),
    nested: { gcp_credentials: GcpCredentials },
    capabilities: ["get-directory", "put-directory", "read-path", "write-path"],
  },
  async ({ bucket, bucket_folder = "", gcp_credentials }) =>
    await gcsBucket(bucket, { folder: bucket_folder, client: await clientOptions(gcp_credentials) }),
);

export interface GcsBucketOptions {
  /** All keys are below it; the whole bucket unless given. */
  readonly folder?: string;
  /** Settings of Google's own client. What is not given is found as all programs for Google Cloud do. */
  readonly client?: StorageOptions;
}

/** A bucket without a block: `await gcsBucket("lake", { folder: "raw" })`. */
export async function gcsBucket(bucket: string, { folder = "", client = {} }: GcsBucketOptions = {}): Promise<Bucket> {
  const { openGcsStore } = await import("./gcs-store.ts");
  return bucketOf({ scheme: "gs", bucket, folder }, openGcsStore(bucket, client));
}
