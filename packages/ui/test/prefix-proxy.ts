import { createServer, type IncomingMessage, type RequestListener, request, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { generate } from "selfsigned";

/** A reverse proxy as deployments use it: it strips a prefix that the server does not know. */
export function startPrefixProxy(target: string, prefix: string) {
  return startProxy(target, prefix, createServer);
}

/** A reverse proxy that speaks TLS to browsers, with a certificate that nobody trusts, and plain HTTP to the server, as nginx does unless told otherwise. */
export async function startTlsProxy(target: string) {
  const { private: key, cert } = await generate([{ name: "commonName", value: "runs.test" }]);
  return startProxy(target, "", (listener) => createTlsServer({ key, cert }, listener));
}

async function startProxy(target: string, prefix: string, create: (listener: RequestListener) => Server) {
  const upstream = new URL(target);
  const forward = (incoming: IncomingMessage) => ({
    host: upstream.hostname,
    port: upstream.port,
    method: incoming.method,
    headers: incoming.headers,
    path: (incoming.url ?? "/").slice(prefix.length) || "/",
  });
  const server = create((incoming, outgoing) => {
    if (!(incoming.url ?? "").startsWith(`${prefix}/`)) {
      outgoing.writeHead(404).end();
      return;
    }
    const passed = request(forward(incoming), (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    passed.on("error", () => outgoing.destroy());
    incoming.pipe(passed);
  });
  server.on("upgrade", (incoming: IncomingMessage, socket: Socket) => {
    const passed = request(forward(incoming));
    passed.on("upgrade", (answer, other) => {
      const headers = Object.entries(answer.headers).map(([name, value]) => `${name}: ${value}`);
      socket.write(`HTTP/1.1 101 Switching Protocols\r\n${headers.join("\r\n")}\r\n\r\n`);
      other.pipe(socket).pipe(other);
      other.on("error", () => socket.destroy());
      socket.on("error", () => other.destroy());
    });
    passed.on("error", () => socket.destroy());
    passed.end();
  });
  server.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** Browsers fetch ahead by the address that the server wrote, before the page has found out about the prefix. */
export const isEarlyGuess = (problem: string) => /status of 404.*:\d+\/assets\//.test(problem);
