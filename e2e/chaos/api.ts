/** Calls the server as any HTTP client does, with patience for slow answers. */

const attemptMillis = 15_000;
const restMillis = 50;
/** A server that is away for longer is considered lost. */
const patienceMillis = 180_000;

export interface RequestOptions {
  /** Of a request with a body: POST by default. */
  readonly method?: "POST" | "PATCH";
  readonly millis?: number;
}

/** Repeats a request until the server answers: a GET, or with a body a POST. Rejects when the server refuses. */
export async function patiently<T>(url: string, body?: unknown, options: RequestOptions = {}): Promise<T> {
  const giveUp = performance.now() + patienceMillis;
  for (;;) {
    const answer = await request<T>(url, body, options);
    if (answer.kind === "answered") return answer.value;
    if (answer.kind === "refused" || performance.now() > giveUp) throw new Error(`${url}: ${answer.why}`);
    await pause(restMillis);
  }
}

export type Answer<T> =
  | { readonly kind: "answered"; readonly value: T }
  /** The request failed, or its outcome is unknown. */
  | { readonly kind: "unknown"; readonly why: string }
  | { readonly kind: "refused"; readonly why: string };

const busy = new Set([408, 429, 502, 503, 504]);

/** Makes one request. */
export async function request<T>(
  url: string,
  body?: unknown,
  { method = "POST", millis = attemptMillis }: RequestOptions = {},
): Promise<Answer<T>> {
  const posted =
    body === undefined ? {} : { method, headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(millis), ...posted });
    const text = await response.text();
    if (response.ok) return { kind: "answered", value: (text === "" ? undefined : JSON.parse(text)) as T };
    const why = `${response.status} ${text.slice(0, 300)}`;
    return { kind: busy.has(response.status) ? "unknown" : "refused", why };
  } catch (error) {
    return { kind: "unknown", why: String(error) };
  }
}

export function pause(millis: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, millis));
}

/** All elements of a list of the API, page by page. */
export async function everyPage<T>(url: string, criteria: object): Promise<readonly T[]> {
  const limit = 200;
  const all: T[] = [];
  for (;;) {
    const page = await patiently<readonly T[]>(url, { ...criteria, limit, offset: all.length });
    all.push(...page);
    if (page.length < limit) return all;
  }
}

const sideBySide = 8;

/** Calls `work` for each element, a few at a time. */
export async function forEachOf<T>(list: Iterable<T>, work: (item: T) => Promise<void>): Promise<void> {
  const rest = [...list].reverse();
  const lane = async () => {
    for (let item = rest.pop(); item !== undefined; item = rest.pop()) await work(item);
  };
  await Promise.all(Array.from({ length: sideBySide }, lane));
}
