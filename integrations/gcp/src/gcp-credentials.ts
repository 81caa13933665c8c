import { readFile } from "node:fs/promises";
import { described, sharedBlock } from "ostinato/integration";

const text = { type: "string" };
const none = { type: "null" };

export interface GcpCredentialsValues {
  /** The path of a service account's key file, on the machine that uses the block. */
  readonly service_account_file?: string | null;
  /** The content of such a file: an object, or its JSON as text, which only TypeScript reads. */
  readonly service_account_info?: Readonly<Record<string, unknown>> | string | null;
  /** The project of what is asked for; that of the key unless given. */
  readonly project?: string | null;
}

/**
 * Access to Google Cloud: Prefect's `GcpCredentials`. Where neither a key nor its file is given, the machine's own are used, as all programs for
 * Google Cloud find them.
 */
export const GcpCredentials = sharedBlock({
  type: "gcp-credentials",
  name: "GCP Credentials",
  description: "Access to Google Cloud: a service account's key, or what the machine has.",
  schema: described<GcpCredentialsValues>({
    title: "GcpCredentials",
    properties: {
      service_account_file: {
        anyOf: [{ type: "string", format: "path" }, none],
        default: null,
        title: "Service Account File",
        description: "Path to the service account JSON keyfile.",
      },
      service_account_info: {
        anyOf: [{ type: "object", additionalProperties: true }, text, none],
        default: null,
        title: "Service Account Info",
        description: "The contents of the keyfile as a dict.",
      },
      project: {
        anyOf: [text, none],
        default: null,
        title: "Project",
        description: "The GCP project to use for the client.",
      },
    },
  }),
  secrets: ["service_account_info.*"],
});

/** How Google's clients are set up. */
export interface GcpClientOptions {
  readonly projectId?: string;
  readonly credentials?: Readonly<Record<string, unknown>>;
}

/** The options of Google's clients by the values of a block. Rejects where its key cannot be one. */
export async function clientOptions(values: GcpCredentialsValues | null | undefined): Promise<GcpClientOptions> {
  const { service_account_file: file, service_account_info: info, project } = values ?? {};
  const credentials = info ? keyOf(info, "service_account_info") : file ? await keyInFile(file) : undefined;
  const projectId = project || (typeof credentials?.project_id === "string" ? credentials.project_id : undefined);
  return {
    ...(projectId === undefined ? {} : { projectId }),
    ...(credentials === undefined ? {} : { credentials }),
  };
}

async function keyInFile(file: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return keyOf(await readFile(file, "utf8"), `the file ${file} of service_account_file`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    throw new Error(
      `service_account_file is ${file}, which is not on this machine. Copy it here, or give its content as service_account_info.`,
      { cause: error },
    );
  }
}

/** Kinds of keys beside that of a service account, such as a user's, have other fields. */
function keyOf(given: string | Readonly<Record<string, unknown>>, place: string): Readonly<Record<string, unknown>> {
  const key = typeof given === "string" ? parsed(given, place) : given;
  const { type, client_email, private_key } = key;
  if (type !== undefined && type !== "service_account") return key;
  if (typeof client_email === "string" && typeof private_key === "string") return key;
  const missing = typeof client_email === "string" ? "private_key" : "client_email";
  throw new Error(`${place} has no "${missing}". ${advice}`);
}

const advice =
  "Give the whole JSON that Google Cloud offers for download as the key of a service account, or leave it out to use the machine's own credentials.";

/** The parser's own message would repeat parts of the key. */
function parsed(text: string, place: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error(`${place} is not JSON. ${advice}`);
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new Error(`${place} is not an object of JSON. ${advice}`);
}
