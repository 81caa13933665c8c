/** BigQuery did not do what was asked. The message says what that was, and what to do. */
export class BigQueryError extends Error {
  override readonly name = "BigQueryError";
  readonly code = "BIGQUERY_FAILED";

  constructor(action: string, cause: unknown) {
    super(`BigQuery could not ${action}: ${explain(cause)}`, { cause });
  }
}

interface ClientError {
  readonly message?: string;
  readonly code?: number | string;
}

function explain(cause: unknown): string {
  const { message = String(cause), code } = cause as ClientError;
  if (code === 401 || /default credentials|invalid_grant|PEM|DECODER|private key|client_email/i.test(message)) {
    return `${message}; check the service account's key of the block, or GOOGLE_APPLICATION_CREDENTIALS`;
  }
  if (/unable to detect a project id/i.test(message)) return `${message}; give the project in the credentials`;
  if (code === 403) {
    return `${message}; the service account needs the roles BigQuery Job User on the project, and BigQuery Data Editor on the dataset, or Data Viewer to read alone`;
  }
  if (code === 404) return `${message}; check the names of the project, the dataset and the table, and the location`;
  if (typeof code === "string" && /^(E[A-Z]+|UND_ERR_\w+)$/.test(code)) {
    return `it did not answer (${code}: ${message}); check the network, and BIGQUERY_EMULATOR_HOST where it is set`;
  }
  return message;
}
