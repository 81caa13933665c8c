import type { Socket } from "node:net";
import type { Clock } from "@ostinato/core";
import type { FastifyInstance } from "fastify";

/** A request that has not been answered so long after the server was told to stop is cut off. */
const patienceSeconds = 20;
/** A connection that is opened while the server stops has so long to say what it wants. */
const greetingSeconds = 0.5;

/**
 * Lets the server stop as soon as it has answered what it took. Node closes the connections that are idle at that moment; one
 * that becomes idle later would stay open until its client lets go of it, a minute or more, and so would those that browsers
 * open to have one to spare: before the first byte came Node takes a connection for a busy one.
 */
export function farewell(app: FastifyInstance, clock: Clock): void {
  let stopping = false;
  const connections = new Set<Socket>();
  app.server.on("connection", (connection: Socket) => {
    connections.add(connection);
    connection.once("close", () => connections.delete(connection));
    if (stopping) clock.after(greetingSeconds, closeSpare);
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
