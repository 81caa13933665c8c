import type { Socket } from "node:net";
import type { Clock } from "@ostinato/core";
import type { FastifyInstance } from "fastify";

/** Requests that are unanswered this long after the start of the stop are cut off. */
const patienceSeconds = 20;
/** The time in which a connection opened during the stop must send its request. */
const firstByteSeconds = 0.5;

/**
 * Lets the server stop as soon as it has answered the accepted requests. Node closes the connections that are idle at that
 * moment; one that becomes idle later would stay open until its client closes it, a minute or more. So would spare connections of
 * browsers, because Node counts a connection as busy before its first byte.
 */
export function closeGracefully(app: FastifyInstance, clock: Clock): void {
  let stopping = false;
  const connections = new Set<Socket>();
  app.server.on("connection", (connection: Socket) => {
    connections.add(connection);
    connection.once("close", () => connections.delete(connection));
    if (stopping) clock.after(firstByteSeconds, closeSpare);
  });

  function closeSpare(): void {
    for (const connection of connections) if (connection.bytesRead === 0) connection.destroy();
  }

  app.addHook("preClose", async () => {
    stopping = true;
    closeSpare();
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
