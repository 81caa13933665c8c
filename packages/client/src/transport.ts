/** Makes one exchange with the server: by HTTP over the network, or with a server inside this process. */
export type Transport = (request: TransportRequest) => Promise<TransportResponse>;

export interface TransportRequest {
  readonly method: string;
  /** Below the API's root, with the query string: `/flow_runs/filter`. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface TransportResponse {
  readonly status: number;
  readonly body: string;
  /** Seconds that the server asks to wait before trying again. */
  readonly retryAfterSeconds?: number | undefined;
}

const timeoutMillis = 60_000;

/** HTTP by `fetch`, in Node and in the browser. `baseUrl` ends with `/api`. */
export function fetchTransport(baseUrl: string): Transport {
  const root = baseUrl.replace(/\/+$/, "");
  return async ({ method, path, headers, body, signal }) => {
    const timeout = AbortSignal.timeout(timeoutMillis);
    const response = await fetch(root + path, {
      method,
      headers,
      ...(body === undefined ? {} : { body }),
      signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
    });
    const retryAfterSeconds = readRetryAfter(response.headers.get("retry-after"));
    return { status: response.status, body: await response.text(), retryAfterSeconds };
  };
}

/** `Retry-After` is a number of seconds or an HTTP date. */
export function readRetryAfter(header: string | null, nowMillis = Date.now()): number | undefined {
  if (header === null) return undefined;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return Math.max(0, seconds);
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, (date - nowMillis) / 1000);
}
