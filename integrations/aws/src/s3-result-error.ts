import { explain, namesForResults } from "./s3-explanation.ts";
import { formatS3Place, type S3Place } from "./s3-place.ts";

/** S3, or what speaks for it, did not do what was asked. The message names the object and says what to do. */
export class S3ResultError extends Error {
  override readonly name = "S3ResultError";
  readonly code = "S3_RESULT_FAILED";
  readonly bucket: string;
  readonly key: string;

  constructor(action: "written" | "read", place: S3Place, cause: unknown) {
    super(`s3:${formatS3Place(place)} could not be ${action}: ${explain(cause, place.bucket, namesForResults)}`, {
      cause,
    });
    this.bucket = place.bucket;
    this.key = place.key;
  }
}
