/** An object as `//bucket/key`, or many as `//bucket/prefix`: with the scheme before it the address that all tools for S3 take. */
export interface S3Place {
  readonly bucket: string;
  /** Empty for the bucket itself. */
  readonly key: string;
}

/** The names that S3 allows: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
const pattern = /^\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/s;

/** Undefined for text that names no bucket. */
export function parseS3Place(text: string): S3Place | undefined {
  const [, bucket, key = ""] = pattern.exec(text) ?? [];
  return bucket === undefined ? undefined : { bucket, key };
}

export function formatS3Place({ bucket, key }: S3Place): string {
  return `//${bucket}/${key}`;
}
