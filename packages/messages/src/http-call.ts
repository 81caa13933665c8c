import http, { type IncomingMessage } from "node:http";
import https from "node:https";
import { guardedLookup, refuseUnreachable, Unreachable } from "./guarded-lookup.ts";
import type { IsReachable } from "./reachable.ts";

export interface HttpCall {
  /** Who gets what is sent, where one message takes several calls. */
  readonly recipient?: string;
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  readonly timeoutSeconds: number;
  /** Whether the certificate is checked. */
  readonly verify: boolean;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Its beginning. */
  readonly body: string;
}

/** Nobody reads more of an answer. One that does not end is left there. */
const maxBodyBytes = 64 * 1024;

/**
 * Sends a request to an address that may be reached, and to no other one: the addresses of a name are checked as they are connected to, so
 * that the name can't lead elsewhere a moment later. Redirects are not followed. Throws where there is no answer.
 */
export function call(given: HttpCall, isReachable: IsReachable): Promise<HttpAnswer> {
  const { method, url, headers, body, timeoutSeconds, verify } = given;
  const host = url.hostname.replace(/^\[|\]$/g, "");
  if (url.protocol !== "http:" && url.protocol !== "https:") throw new Unreachable(`${url.protocol} is not HTTP`);
  refuseUnreachable(host, isReachable);
  const client = url.protocol === "https:" ? https : http;
  const signal = AbortSignal.timeout(timeoutSeconds * 1000);
  return new Promise((resolve, reject) => {
    const options = {
      method,
      headers,
      signal,
      agent: false,
      lookup: guardedLookup(isReachable),
      rejectUnauthorized: verify,
    };
    const request = client.request(url, options, (response) => {
      read(response).then((text) => {
        request.destroy();
        resolve({ status: response.statusCode ?? 0, headers: headersOf(response), body: text });
      }, reject);
    });
    request.on("error", (error) => reject(signal.aborted ? new Error(`no answer within ${timeoutSeconds} s`) : error));
    request.end(body);
  });
}

/** The beginning of the body; what had come where it does not end in time, since the status says what became of the request. */
async function read(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes >= maxBodyBytes) break;
    }
  } catch {
    // The answer was cut off.
  }
  return Buffer.concat(chunks).toString("utf8", 0, Math.min(bytes, maxBodyBytes));
}

function headersOf({ headers }: IncomingMessage): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value ?? ""].flat().join(", ")]));
}
