/** Who answers at an address: what `status` shows and what the message about a taken port says. */
export type Answerer =
  | { readonly kind: "ostinato"; readonly version: string; readonly database: string; readonly started: string }
  /** A server of Prefect, by the version that it gives. */
  | { readonly kind: "prefect"; readonly version: string }
  | { readonly kind: "other" }
  | { readonly kind: "nobody" };

const answerMillis = 2000;

/** `apiUrl` ends in `/api`. Never throws: a server that does not answer in time is nobody. */
export async function askServer(apiUrl: string): Promise<Answerer> {
  const info = await readJson(`${apiUrl}/ostinato`);
  if (info === undefined) return { kind: "nobody" };
  if (isRecord(info.value) && info.value.product === "ostinato") {
    const { version, database, started } = info.value;
    return { kind: "ostinato", version: String(version), database: String(database), started: String(started) };
  }
  const version = await readJson(`${apiUrl}/admin/version`);
  if (typeof version?.value === "string" && /^\d+\.\d+/.test(version.value)) {
    return { kind: "prefect", version: version.value };
  }
  return { kind: "other" };
}

/** Undefined where nothing speaks HTTP; `value` is undefined where the answer is not JSON. */
async function readJson(url: string): Promise<{ readonly value: unknown } | undefined> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(answerMillis), redirect: "manual" });
    const text = await response.text();
    return { value: response.ok ? parse(text) : undefined };
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
