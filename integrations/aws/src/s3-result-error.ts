import { formatS3Place, type S3Place } from "./s3-place.ts";

/** S3, or what speaks for it, did not do what was asked. The message names the object and says what to do. */
export class S3ResultError extends Error {
  override readonly name = "S3ResultError";
  readonly code = "S3_RESULT_FAILED";
  readonly bucket: string;
  readonly key: string;

  constructor(action: "written" | "read", place: S3Place, cause: unknown) {
    super(`s3:${formatS3Place(place)} could not be ${action}: ${explain(cause, place)}`, { cause });
    this.bucket = place.bucket;
    this.key = place.key;
  }
}

const credentials = "check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE";
const access = "the credentials must allow s3:GetObject and s3:PutObject on the bucket";
const region = "set AWS_REGION to the region of the bucket";

/** What to do, by the name or the code of what the client throws. */
const advice: Readonly<Record<string, string>> = {
  AccessDenied: access,
  AllAccessDisabled: access,
  CredentialsProviderError: credentials,
  ExpiredToken: credentials,
  InvalidAccessKeyId: credentials,
  SignatureDoesNotMatch: credentials,
  AuthorizationHeaderMalformed: region,
  PermanentRedirect: region,
  NoSuchBucket: "create the bucket, or name another in resultStorage",
};

const networkCodes = /^(E[A-Z]+|UND_ERR_\w+)$/;

function explain(cause: unknown, { bucket }: S3Place): string {
  const { name, message, code } = cause as Partial<Record<"name" | "message" | "code", string>>;
  if (name === "NoSuchBucket") return `there is no bucket "${bucket}"; ${advice.NoSuchBucket}`;
  if (message === "Region is missing") {
    return "no region is set; set AWS_REGION, to us-east-1 where the store is not AWS and has none";
  }
  const known = name === undefined ? undefined : advice[name];
  if (known !== undefined) return `${name}, ${message}; ${known}`;
  if (name === "TimeoutError" || (code !== undefined && networkCodes.test(code))) {
    return `the store did not answer (${code ?? name}: ${message}); check the network, and AWS_ENDPOINT_URL_S3 where it is set`;
  }
  return name === undefined || name === "Error" ? String(message ?? cause) : `${name}, ${message}`;
}
