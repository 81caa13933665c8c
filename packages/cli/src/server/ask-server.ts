import { authHeaders } from "@ostinato/client";

/** The program that answers at an address, for `status` and for the message about a taken port. */
export type Answerer =
  | { readonly kind: "ostinato"; readonly version: string; readonly database: string; readonly started: string }
  /** A Prefect server, with the version that it reports. */
  | { readonly kind: "prefect"; readonly version: string }
  /** A server that reveals nothing without a password. */
  | { readonly kind: "locked" }
  | { readonly kind: "other" }
  | { readonly kind: "nobody" };

const answerMillis = 2000;

/**
 * `apiUrl` ends in `/api`. Never throws: a server that does not answer in time counts as absent. Pass the password only for servers that
 * the user named or started, never to an unknown program on a port.
 */
export async function askServer(apiUrl: string, auth?: string): Promise<Answerer> {
  const headers = authHeaders(auth);
  const info = await readJson(`${apiUrl}/ostinato`, headers);
  if (info === undefined) return { kind: "nobody" };
  if (info.status === 401) return { kind: "locked" };
  if (isRecord(info.value) && info.value.product === "ostinato") {
    const { version, database, started } = info.value;
    return { kind: "ostinato", version: String(version), database: String(database), started: String(started) };
  }
  const version = await readJson(`${apiUrl}/admin/version`, headers);
  if (typeof version?.value === "string" && /^\d+\.\d+/.test(version.value)) {
    return { kind: "prefect", version: version.value };
  }
  return { kind: "other" };
}

/** The credentials that programs of this environment send to a server. */
export function authString({ env }: { readonly env: NodeJS.ProcessEnv } = process): string | undefined {
  return env.OSTINATO_API_AUTH_STRING || env.PREFECT_API_AUTH_STRING || undefined;
}

interface JsonAnswer {
  readonly status: number;
  /** Undefined where the answer is not JSON. */
  readonly value: unknown;
}

/** Undefined where nothing speaks HTTP. */
async function readJson(url: string, headers: Readonly<Record<string, string>>): Promise<JsonAnswer | undefined> {
  try {
    const signal = AbortSignal.timeout(answerMillis);
    const response = await fetch(url, { headers, signal, redirect: "manual" });
    const text = await response.text();
    return { status: response.status, value: response.ok ? parse(text) : undefined };
  } catch {
    return undefined;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
