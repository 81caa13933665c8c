import type { S3ClientConfig } from "@aws-sdk/client-s3";
import { described, sharedBlock } from "ostinato/integration";

const text = { type: "string" };
const none = { type: "null" };
const textOrNone = { anyOf: [text, none], default: null };
const password = { type: "string", format: "password", writeOnly: true };

/** How clients of AWS are set up, in the words of Prefect's blocks. */
export interface AwsClientParameters {
  readonly api_version?: string | null;
  /** Whether requests are encrypted, where the endpoint does not say it by its scheme. */
  readonly use_ssl?: boolean;
  /** False, or a file of certificates: only Python follows it. Node takes certificates by `NODE_EXTRA_CA_CERTS`. */
  readonly verify?: boolean | string | null;
  readonly verify_cert_path?: string | null;
  /** The address of a store that speaks S3's protocol and is not AWS, such as `http://minio:9000`. */
  readonly endpoint_url?: string | null;
  /** Settings of Python's client. Only Python follows them. */
  readonly config?: Readonly<Record<string, unknown>> | null;
}

const clientParameters = {
  title: "AwsClientParameters",
  type: "object",
  properties: {
    api_version: { ...textOrNone, title: "API Version" },
    use_ssl: { type: "boolean", default: true, title: "Use SSL" },
    verify: {
      anyOf: [{ type: "boolean" }, { type: "string", format: "file-path" }, none],
      default: null,
      title: "Verify",
    },
    verify_cert_path: {
      anyOf: [{ type: "string", format: "file-path" }, none],
      default: null,
      title: "Certificate Authority Bundle File Path",
    },
    endpoint_url: { ...textOrNone, title: "Endpoint URL" },
    config: { anyOf: [{ type: "object", additionalProperties: true }, none], default: null, title: "Botocore Config" },
  },
};

export interface AwsCredentialsValues {
  readonly aws_access_key_id?: string | null;
  readonly aws_secret_access_key?: string | null;
  readonly aws_session_token?: string | null;
  /** A profile of `~/.aws`, where no key is given. */
  readonly profile_name?: string | null;
  readonly region_name?: string | null;
  readonly aws_client_parameters?: AwsClientParameters;
  /** A role to take on with these credentials, by its ARN. */
  readonly assume_role_arn?: string | null;
  /** What is asked for with the role, in the words of AWS: `{ RoleSessionName, ExternalId, DurationSeconds, … }`. */
  readonly assume_role_kwargs?: Readonly<Record<string, unknown>>;
}

/**
 * Access to AWS, or to a store that speaks its protocols: Prefect's `AwsCredentials`. Where neither a key nor a profile is given, the machine's own
 * are used, as all programs for AWS find them.
 */
export const AwsCredentials = sharedBlock({
  type: "aws-credentials",
  name: "AWS Credentials",
  description: "Access to AWS, or to a store that speaks its protocols.",
  schema: described<AwsCredentialsValues>({
    title: "AwsCredentials",
    properties: {
      aws_access_key_id: { ...textOrNone, title: "AWS Access Key ID" },
      aws_secret_access_key: { anyOf: [password, none], default: null, title: "AWS Access Key Secret" },
      aws_session_token: { ...textOrNone, title: "AWS Session Token" },
      profile_name: { ...textOrNone, title: "Profile Name" },
      region_name: { ...textOrNone, title: "Region Name" },
      aws_client_parameters: { $ref: "#/$defs/AwsClientParameters", title: "AWS Client Parameters" },
      assume_role_arn: { ...textOrNone, title: "Assume Role ARN" },
      assume_role_kwargs: { type: "object", additionalProperties: true, title: "Assume Role Parameters" },
    },
    $defs: { AwsClientParameters: clientParameters },
  }),
  secrets: ["aws_session_token"],
});

export interface MinioCredentialsValues {
  readonly minio_root_user: string;
  readonly minio_root_password: string;
  readonly region_name?: string | null;
  readonly aws_client_parameters?: AwsClientParameters;
}

/** Access to a MinIO: Prefect's `MinIOCredentials`. Its address is `aws_client_parameters.endpoint_url`. */
export const MinioCredentials = sharedBlock({
  type: "minio-credentials",
  name: "MinIO Credentials",
  description: "Access to a MinIO.",
  schema: described<MinioCredentialsValues>({
    title: "MinIOCredentials",
    required: ["minio_root_user", "minio_root_password"],
    properties: {
      minio_root_user: { ...text, title: "Minio Root User" },
      minio_root_password: { ...password, title: "Minio Root Password" },
      region_name: { ...textOrNone, title: "Region Name" },
      aws_client_parameters: { $ref: "#/$defs/AwsClientParameters", title: "AWS Client Parameters" },
    },
    $defs: { AwsClientParameters: clientParameters },
  }),
});

/** MinIO has one region, whose name its clients have to give all the same. */
const minioRegion = "us-east-1";

/** How AWS's own client is set up by the values of a block. */
export async function clientConfig(
  values: AwsCredentialsValues | MinioCredentialsValues | undefined,
): Promise<S3ClientConfig> {
  if (values === undefined) return {};
  const { region_name, aws_client_parameters: { endpoint_url, use_ssl = true } = {} } = values;
  const isMinio = "minio_root_user" in values;
  const region = region_name ?? (isMinio ? minioRegion : undefined);
  const credentials = isMinio
    ? { accessKeyId: values.minio_root_user, secretAccessKey: values.minio_root_password }
    : await awsCredentials(values, region);
  return {
    ...(region === undefined ? {} : { region }),
    ...(endpoint_url ? { endpoint: withScheme(endpoint_url, use_ssl) } : {}),
    ...(credentials === undefined ? {} : { credentials }),
  };
}

function withScheme(endpoint: string, useSsl: boolean): string {
  return /^https?:\/\//i.test(endpoint) ? endpoint : `${useSsl ? "https" : "http"}://${endpoint}`;
}

async function awsCredentials(
  values: AwsCredentialsValues,
  region: string | undefined,
): Promise<S3ClientConfig["credentials"]> {
  const { aws_access_key_id, aws_secret_access_key, aws_session_token, profile_name, assume_role_arn } = values;
  const keys =
    aws_access_key_id && aws_secret_access_key
      ? {
          accessKeyId: aws_access_key_id,
          secretAccessKey: aws_secret_access_key,
          ...(aws_session_token ? { sessionToken: aws_session_token } : {}),
        }
      : undefined;
  if (keys !== undefined && !assume_role_arn) return keys;
  if (!profile_name && !assume_role_arn) return undefined;
  const { fromNodeProviderChain, fromTemporaryCredentials } = await import("@aws-sdk/credential-providers");
  const own = keys ?? fromNodeProviderChain(profile_name ? { profile: profile_name } : {});
  if (!assume_role_arn) return own;
  return fromTemporaryCredentials({
    masterCredentials: own,
    params: { RoleSessionName: "ostinato", ...given(values.assume_role_kwargs), RoleArn: assume_role_arn },
    ...(region === undefined ? {} : { clientConfig: { region } }),
  });
}

/** Without what stands there as null, as Python writes what is not given. */
function given(values: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));
}
