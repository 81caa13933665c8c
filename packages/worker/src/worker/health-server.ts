import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { systemFailure } from "@ostinato/core";
import { type Counts, metricsText, type WorkerStatus } from "./metrics.ts";
import { WorkerError } from "./worker-error.ts";

export interface HealthServer {
  readonly port: number;
  close(): void;
}

export interface HealthServerOptions {
  /** 0 for any free port. */
  readonly port: number;
  readonly host: string;
  readonly status: () => WorkerStatus;
  readonly counts: Counts;
}

/**
 * Answers `/health` (the worker works), `/ready` (it takes runs, or says why it takes none) and `/metrics`. Throws a `WorkerError` where it cannot
 * listen.
 */
export async function serveHealth({ port, host, status, counts }: HealthServerOptions): Promise<HealthServer> {
  const server = createServer((request, response) => {
    const { code, body } = answerTo(request.url ?? "/", status(), counts);
    const type = typeof body === "string" ? "text/plain; version=0.0.4; charset=utf-8" : "application/json";
    response.writeHead(code, { "content-type": type, "cache-control": "no-store" });
    response.end(typeof body === "string" ? body : JSON.stringify(body));
  });
  server.listen(port, host);
  try {
    await once(server, "listening");
  } catch (error) {
    const why = systemFailure(error) ?? String(error);
    throw new WorkerError(`The health endpoint cannot listen on ${host}:${port}: ${why}. Give another --health-port.`);
  }
  server.unref();
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

function answerTo(
  url: string,
  status: WorkerStatus,
  counts: Counts,
): { readonly code: number; readonly body: unknown } {
  switch (url.split("?")[0]) {
    case "/health":
      return { code: 200, body: { status: "ok", runs: status.runs } };
    case "/ready": {
      const reason = whyNotReady(status);
      return reason === undefined
        ? { code: 200, body: { ready: true } }
        : { code: 503, body: { ready: false, reason } };
    }
    case "/metrics":
      return { code: 200, body: metricsText(counts, status) };
    default:
      return { code: 404, body: { detail: "There are /health, /ready and /metrics." } };
  }
}

function whyNotReady({ hasContact, hasPool, isDraining }: WorkerStatus): string | undefined {
  if (isDraining) return "The worker was told to stop and takes no more runs.";
  if (!hasContact) return "The server does not answer.";
  return hasPool ? undefined : "The work pool was deleted, or is of another type now.";
}
