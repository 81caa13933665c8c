import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { FastifyInstance } from "fastify";
import type { Logger } from "pino";

/** The caller's own id where it is one that can stand in a log line as it is; else a new one. */
export function requestId({ headers }: Pick<IncomingMessage, "headers">): string {
  const given = headers["x-request-id"];
  return typeof given === "string" && /^[\w.:/+=@-]{1,128}$/.test(given) ? given : randomUUID();
}

const slowSeconds = 1;
export const slowRequest = "slow request";

/**
 * Each answer names its request; slow ones are logged, and every request at level `debug`. Like all hooks that every request
 * passes, these use callbacks: a promise for each of them was a tenth of the cost of reading a run.
 */
export function requestLog(app: FastifyInstance, log: Logger): void {
  app.addHook("onRequest", (request, reply, done) => {
    reply.header("x-request-id", request.id);
    done();
  });
  app.addHook("onResponse", (request, reply, done) => {
    done();
    const seconds = reply.elapsedTime / 1000;
    const slow = seconds >= slowSeconds && !request.ws;
    if (!slow && !log.isLevelEnabled("debug")) return;
    const { method, url } = request;
    request.log[slow ? "warn" : "debug"](
      { method, url, status: reply.statusCode, seconds },
      slow ? slowRequest : "request",
    );
  });
}
