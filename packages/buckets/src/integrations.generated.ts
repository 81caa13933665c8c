// Made from integrations/*/src/index.ts by `npm run generate`.
/** The packages of this repository that bring buckets, by the type of their blocks. */
export const packageOfBucket: Readonly<Record<string, string>> = {
  "s3-bucket": "@ostinato/aws",
  "gcs-bucket": "@ostinato/gcp",
};
