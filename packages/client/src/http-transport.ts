import { readRetryAfter, type Transport, type TransportResponse } from "./transport.ts";

const timeoutMillis = 60_000;

/**
 * HTTP by Node's own client, because loading `fetch` takes a third of a short program's time. `baseUrl` ends with `/api`. Connections are
 * reused; an idle one does not keep the program alive.
 */
export function httpTransport(baseUrl: string): Transport {
  const root = new URL(baseUrl);
  // An import would read every export of the module, and one of them loads all of fetch.
  const { request, Agent } = process.getBuiltinModule(root.protocol === "https:" ? "node:https" : "node:http");
  const agent = new Agent({ keepAlive: true });
  const prefix = root.pathname.replace(/\/+$/, "");
  return ({ method, path, headers, body, signal }) => {
    const timeout = AbortSignal.timeout(timeoutMillis);
    return new Promise<TransportResponse>((resolve, reject) => {
      const sent = request(
        {
          protocol: root.protocol,
          hostname: root.hostname.replace(/^\[|\]$/g, ""),
          port: root.port,
          path: prefix + path,
          method,
          headers: body === undefined ? headers : { ...headers, "content-length": Buffer.byteLength(body) },
          agent,
          signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
        },
        (response) => {
          let text = "";
          response.setEncoding("utf8");
          response.on("data", (part: string) => {
            text += part;
          });
          response.on("error", reject);
          response.on("end", () => {
            const retryAfterSeconds = readRetryAfter(response.headers["retry-after"] ?? null);
            resolve({ status: response.statusCode ?? 0, body: text, retryAfterSeconds });
          });
        },
      );
      // The error of an aborted request does not contain the reason; the signal does.
      sent.on("error", (error) => reject(timeout.aborted ? timeout.reason : error));
      sent.end(body);
    });
  };
}
