import { authHeaders } from "@ostinato/client";

/** Who answers at an address: what `status` shows and what the message about a taken port says. */
export type Answerer =
  | { readonly kind: "ostinato"; readonly version: string; readonly database: string; readonly started: string }
  /** A server of Prefect, by the version that it gives. */
  | { readonly kind: "prefect"; readonly version: string }
  /** One that tells nobody what it is without a password. */
  | { readonly kind: "locked" }
  | { readonly kind: "other" }
  | { readonly kind: "nobody" };

const answerMillis = 2000;

/**
 * `apiUrl` ends in `/api`. Never throws: a server that does not answer in time is nobody. The password is for servers that were
 * named or started by whoever asks, and nothing to be told to whatever listens on a port.
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

/** What programs of this environment say to a server that asks for a password. */
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
