// Made from integrations/*/src/index.ts by `npm run generate`.
/** The packages of this repository that bring result stores, by scheme. */
export const packageOfScheme: Readonly<Record<string, string>> = {
  "s3": "@ostinato/aws",
  "s3-bucket": "@ostinato/aws",
  "gcs-bucket": "@ostinato/gcp",
};
