export type BucketErrorCode = "BUCKET_OBJECT_NOT_FOUND" | "BUCKET_EMPTY" | "BUCKET_KEY_INVALID" | "BUCKET_FAILED";

/** An operation on a bucket that did not succeed. The message names the object and says what to do. */
export class BucketError extends Error {
  override readonly name = "BucketError";
  readonly code: BucketErrorCode;
  /** The address of the object, as `s3://lake/raw/trips.parquet`. */
  readonly url: string;

  constructor(code: BucketErrorCode, url: string, message: string, cause?: unknown) {
    super(`${url} ${message}`, cause === undefined ? undefined : { cause });
    this.code = code;
    this.url = url;
  }
}
