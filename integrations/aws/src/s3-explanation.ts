/** Where a user has set what is wrong. */
export interface SettingNames {
  readonly bucket: string;
  readonly credentials: string;
  readonly endpoint: string;
}

export const namesForResults: SettingNames = {
  bucket: "resultStorage",
  credentials: "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE",
  endpoint: "AWS_ENDPOINT_URL_S3",
};

export const namesForBuckets: SettingNames = {
  bucket: "bucket_name",
  credentials: "the key and the secret of the block, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
  endpoint: "endpoint_url",
};

const credentials = ({ credentials }: SettingNames) => `check ${credentials}`;
const access = () =>
  "the credentials must allow s3:GetObject, s3:PutObject, s3:DeleteObject and s3:ListBucket on the bucket";
const region = ({ endpoint }: SettingNames, { $response }: ClientError) => {
  const known = $response?.headers?.["x-amz-bucket-region"];
  return `set the region of the bucket${known === undefined ? "" : `, ${known}`}, by AWS_REGION or region_name of the block, and no address of another region in ${endpoint}`;
};

interface ClientError {
  readonly name?: string;
  readonly message?: string;
  readonly code?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly $response?: { readonly headers?: Readonly<Record<string, string>> };
}

/** What to do, by the name or the code of what the client throws. */
const advice: Readonly<Record<string, (names: SettingNames, error: ClientError) => string>> = {
  AccessDenied: access,
  AllAccessDisabled: access,
  Forbidden: access,
  CredentialsProviderError: credentials,
  ExpiredToken: credentials,
  InvalidAccessKeyId: credentials,
  SignatureDoesNotMatch: credentials,
  AuthorizationHeaderMalformed: region,
  PermanentRedirect: region,
};

const networkCodes = /^(E[A-Z]+|UND_ERR_\w+)$/;

/** What S3, or what speaks for it, answered, and what to do. */
export function explain(cause: unknown, bucket: string, names: SettingNames): string {
  const { name, message, code, $metadata } = cause as ClientError;
  // The answer to HEAD has no words.
  if (name === "Unknown" && $metadata?.httpStatusCode === 301) {
    return `PermanentRedirect; ${region(names, cause as ClientError)}`;
  }
  if (name === "NoSuchBucket") {
    return `there is no bucket "${bucket}"; create the bucket, or name another in ${names.bucket}`;
  }
  if (message === "Region is missing") {
    return "no region is set; set AWS_REGION, to us-east-1 where the store is not AWS and has none";
  }
  const known = name === undefined ? undefined : advice[name];
  if (known !== undefined) return `${name}, ${message}; ${known(names, cause as ClientError)}`;
  if (name === "TimeoutError" || (code !== undefined && networkCodes.test(code))) {
    return `the store did not answer (${code ?? name}: ${message}); check the network, and ${names.endpoint} where it is set`;
  }
  return name === undefined || name === "Error" ? String(message ?? cause) : `${name}, ${message}`;
}

/** Stores say it by different names, all with the status 404. A bucket that is gone is a mistake in the settings. */
export function isGone(error: unknown): boolean {
  const { name, $metadata } = error as ClientError;
  return name !== "NoSuchBucket" && $metadata?.httpStatusCode === 404;
}
