import type { FastifyInstance } from "fastify";
import type { Metrics } from "../kernel/metrics.ts";
import type { ServeSocket } from "../kernel/socket.ts";

/** Times requests by the pattern of their route: a path with ids in it would make a series of its own for each. */
export function requestMetrics(app: FastifyInstance, metrics: Metrics): void {
  app.addHook("onResponse", (request, reply, done) => {
    done();
    if (request.ws) return;
    metrics.observe("http_request_duration_seconds", reply.elapsedTime / 1000, {
      method: request.method,
      route: request.routeOptions.url ?? "none",
      status: reply.statusCode,
    });
  });
}

/** Counts the open websockets by path. */
export function countSockets(serveSocket: ServeSocket, metrics: Metrics): ServeSocket {
  const open = new Map<string, number>();
  metrics.gauge({ name: "websockets", help: "Open websockets past their handshake", label: "path", read: () => open });
  return (contract, accept, options) => {
    const { path } = contract;
    open.set(path, 0);
    serveSocket(
      contract,
      (connection) => {
        const handlers = accept(connection);
        open.set(path, (open.get(path) ?? 0) + 1);
        return {
          ...handlers,
          closed() {
            open.set(path, (open.get(path) ?? 1) - 1);
            handlers.closed?.();
          },
        };
      },
      options,
    );
  };
}
