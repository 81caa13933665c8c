interface ClientError {
  readonly name?: string;
  readonly message?: string;
  /** The status of an answer, or what the system says of a connection. */
  readonly code?: number | string;
}

const networkCodes = /^(E[A-Z]+|UND_ERR_\w+)$/;

const credentials =
  "check the service account's key of the block, or GOOGLE_APPLICATION_CREDENTIALS, or log in by: gcloud auth application-default login";

/** What Cloud Storage answered, and what to do. */
export function explain(cause: unknown, bucket: string): string {
  const { name, message = String(cause), code } = cause as ClientError;
  if (code === 404) return `there is no bucket "${bucket}"; create the bucket, or name another in bucket`;
  if (code === 401 || /default credentials|invalid_grant|PEM|DECODER|private key|client_email/i.test(message)) {
    return `${message}; ${credentials}`;
  }
  if (code === 403) {
    return `${message}; the service account needs the role Storage Object User on the bucket, and Storage Object Viewer to read alone`;
  }
  if (typeof code === "string" && networkCodes.test(code)) {
    return `the store did not answer (${code}: ${message}); check the network, and STORAGE_EMULATOR_HOST where it is set`;
  }
  return name === undefined || name === "Error" ? message : `${name}, ${message}`;
}

/** What an error says that there is none of, where it says so at all. Not every answer tells an object from its bucket. */
export function whatIsGone(error: unknown): "object" | "bucket" | "either" | undefined {
  const { code, message = "" } = error as ClientError;
  if (code !== 404) return undefined;
  if (/no such object/i.test(message)) return "object";
  return /bucket (does not exist|not found)/i.test(message) ? "bucket" : "either";
}
