import type { Clock } from "@ostinato/core";
import type { FastifyInstance } from "fastify";

/** A request that has not been answered so long after the server was told to stop is cut off. */
const patienceSeconds = 20;

/**
 * Lets the server stop as soon as it has answered what it took. Node closes the connections that are idle at that moment; one
 * that becomes idle later would stay open until its client lets go of it, a minute or more.
 */
export function farewell(app: FastifyInstance, clock: Clock): void {
  let stopping = false;
  app.addHook("preClose", async () => {
    stopping = true;
    const cancel = clock.after(patienceSeconds, () => app.server.closeAllConnections());
    app.server.once("close", cancel);
  });
  app.addHook("onSend", (_request, reply, _payload, done) => {
    if (stopping) reply.header("connection", "close");
    done();
  });
  app.addHook("onResponse", (_request, _reply, done) => {
    if (stopping) setImmediate(() => app.server.closeIdleConnections());
    done();
  });
}
