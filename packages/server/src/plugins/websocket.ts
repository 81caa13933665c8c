import websocketPlugin from "@fastify/websocket";
import { type Access, includesAccess } from "@ostinato/protocol";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { WebSocket } from "ws";
import { type Actor, anonymous } from "../kernel/actor.ts";
import type { Authentication } from "../kernel/authentication.ts";
import type { Context } from "../kernel/context.ts";
import { forbidden, Overloaded, refused } from "../kernel/errors.ts";
import type { Registry } from "../kernel/operation.ts";
import {
  closeCodes,
  type RefusalReasons,
  readMessage,
  type ServeSocket,
  type SocketConnection,
  type SocketHandlers,
} from "../kernel/socket.ts";
import { shareOf } from "./incoming-bytes.rules.ts";
import type { IncomingBytes } from "./incoming-bytes.ts";
import { watchMessages } from "./message-watch.ts";

const subprotocol = "prefect";
const handshakeSeconds = 30;
const pingSeconds = 20;
/** The time that a client has to confirm a close before its connection is cut. */
const closingSeconds = 1;
/** Enough for the largest filter, and for requests of pages. */
const maxMessageBytes = 1024 * 1024;
/** The bound on the first frame, before its sender is known. */
const maxFirstFrameBytes = 16 * 1024;

export interface SocketServing {
  readonly incoming: IncomingBytes;
  readonly authentication: Authentication;
  readonly registry: Pick<Registry, "sockets">;
}

/** Adds websockets to the application. Before `serveSocketsOn`. */
export function websockets(app: FastifyInstance, { clock }: Context): void {
  void app.register(websocketPlugin, {
    options: {
      // Each socket takes less: `watchMessages` knows which.
      maxPayload: 0,
      autoPong: false,
      // Deflating costs both sides more than the loopback or a local network does.
      perMessageDeflate: false,
      handleProtocols: (offered) => (offered.has(subprotocol) ? subprotocol : false),
    },
    errorHandler: (_error, socket) => socket.terminate(),
    async preClose() {
      app.server.removeAllListeners("upgrade");
      const { clients } = app.websocketServer;
      for (const client of clients) client.close(closeCodes.goingAway, "The server is stopping");
      const cut = clock.after(closingSeconds, () => {
        for (const client of clients) client.terminate();
      });
      await Promise.all(Array.from(clients, closing));
      cut();
    },
  });
}

function closing(socket: WebSocket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.readyState === socket.CLOSED) resolve();
    else socket.once("close", () => resolve());
  });
}

/**
 * Websockets with Prefect's handshake: the subprotocol is echoed, the first frame is `{"type":"auth","token":…}` and is answered
 * by `{"type":"auth_success"}`. A client without the subprotocol is served without a handshake if its request is enough: from a
 * page that is signed in, or from anybody on a server without a password; not where the contract demands the handshake.
 */
export function serveSocketsOn(
  app: FastifyInstance,
  context: Context,
  { incoming, authentication, registry }: SocketServing,
): ServeSocket {
  const openOf = new Map<string, number>();
  return (contract, accept, options = {}) => {
    const { path, access, handshakeRequired = false } = contract;
    registry.sockets.push(contract);
    app.route({
      method: "GET",
      url: path.replace(/\{(\w+)\}/g, ":$1"),
      config: { access, authenticatesInFrame: true },
      websocket: true,
      preValidation: async (request) => {
        if (!request.ws) return;
        const hasHandshake = offersSubprotocol(request);
        if (!hasHandshake && (handshakeRequired || !includesAccess(request.actor.access, access)))
          throw refused("HANDSHAKE_REQUIRED", "Forbidden");
        refuseTooMany(context, app.websocketServer.clients.size, openOf.get(request.ip) ?? 0);
      },
      handler: (socket, request) => {
        countOpen(openOf, request.ip, socket);
        const brake = createBrake(socket);
        const start = (actor: Actor) => {
          maxBytes = options.maxMessageBytes ?? maxMessageBytes;
          return accept(connectionOver({ socket, request, actor, path, brake }));
        };
        let maxBytes = maxFirstFrameBytes;
        watchMessages({
          socket: request.raw.socket,
          client: request.ip,
          incoming,
          maxBytes: () => maxBytes,
          pause: () => brake.pause("memory"),
          resume: () => brake.free("memory"),
          tooLarge: () =>
            cut(socket, context, closeCodes.messageTooLarge, `A message here takes at most ${maxBytes} bytes`),
          tooSlow: () =>
            cut(socket, context, closeCodes.tryAgainLater, "A message did not come to its end: connect again"),
        });
        if (socket.protocol === subprotocol)
          answerHandshake(socket, {
            authentication,
            access,
            context,
            address: request.ip,
            reasons: options.refusalReasons,
            start,
          });
        else attach(socket, context, start(request.actor));
        keepAlive(socket, context);
      },
    });
  };
}

function refuseTooMany({ config, metrics }: Context, open: number, own: number): void {
  const { maxSockets } = config;
  if (open < maxSockets && own < shareOf(maxSockets)) return;
  const status = open < maxSockets ? 429 : 503;
  metrics.add("requests_refused_total", 1, { status });
  const detail =
    status === 429
      ? `This client has ${own} websockets open, which is its share: close some, or raise OSTINATO_SERVER_MAX_SOCKETS`
      : `${maxSockets} websockets are open, the maximum: try again later, or raise OSTINATO_SERVER_MAX_SOCKETS`;
  throw new Overloaded({ status, detail, retryAfterSeconds: 5 });
}

function countOpen(openOf: Map<string, number>, client: string, socket: WebSocket): void {
  openOf.set(client, (openOf.get(client) ?? 0) + 1);
  socket.once("close", () => {
    const others = (openOf.get(client) ?? 1) - 1;
    if (others === 0) openOf.delete(client);
    else openOf.set(client, others);
  });
}

/** A connection is read while nobody has a reason not to. */
interface Brake {
  pause(reason: "memory" | "backpressure"): void;
  free(reason: "memory" | "backpressure"): void;
}

function createBrake(socket: WebSocket): Brake {
  const reasons = new Set<string>();
  return {
    pause(reason) {
      reasons.add(reason);
      socket.pause();
    },
    free(reason) {
      if (reasons.delete(reason) && reasons.size === 0) socket.resume();
    },
  };
}

/** Ends a connection in the midst of a message, whose rest is not read: the other end's answer to the closing is not either. */
function cut(socket: WebSocket, { clock }: Context, code: number, reason: string): void {
  close(socket, code, reason);
  socket.pause();
  socket.once(
    "close",
    clock.after(closingSeconds, () => socket.terminate()),
  );
}

interface Handshake {
  readonly authentication: Authentication;
  readonly access: Access;
  readonly context: Context;
  readonly address: string;
  readonly reasons: RefusalReasons | undefined;
  readonly start: (actor: Actor) => SocketHandlers;
}

/** Waits for the first frame; pings before it are answered at once, because clients try the connection by one. */
function answerHandshake(socket: WebSocket, { context, start, reasons, ...asked }: Handshake): void {
  const pong = (data: Buffer) => socket.pong(data);
  const refuse = ({ reason, lacks }: Refusal) => {
    const code = lacks === undefined ? closeCodes.tryAgainLater : closeCodes.policyViolation;
    close(socket, code, (lacks && reasons?.[lacks]) ?? reason);
  };
  const late = context.clock.after(handshakeSeconds, () => refuse(notAuth));
  socket.on("ping", pong);
  socket.once("close", late);
  socket.once("message", (data, isBinary) => {
    late();
    socket.off("ping", pong);
    const greeted = isBinary ? notAuth : greet(String(data), asked);
    if ("reason" in greeted) return refuse(greeted);
    socket.send('{"type":"auth_success"}');
    attach(socket, context, start(greeted));
  });
}

interface Refusal {
  readonly reason: string;
  /** What the client lacks; undefined where it may be let in later. */
  readonly lacks: keyof RefusalReasons | undefined;
}

const notAuth = unidentified("Expected 'auth' message");

function unidentified(reason: string): Refusal {
  return { reason, lacks: "authentication" };
}

/** The sender of the first frame, or why it is refused, in Prefect's words. */
function greet(
  text: string,
  { authentication, access, address }: Pick<Handshake, "authentication" | "access" | "address">,
): Actor | Refusal {
  const message = readMessage(text);
  if (message?.type !== "auth") return notAuth;
  const token = typeof message.token === "string" ? message.token : "";
  if (authentication.required && token === "") return unidentified("Auth required but no token provided");
  try {
    const actor = authentication.ofToken(token, address);
    if (actor === anonymous) return unidentified("Invalid token");
    if (includesAccess(actor.access, access)) return actor;
    return { reason: forbidden(actor.access, access).message, lacks: "authorization" };
  } catch (error) {
    if (!(error instanceof Overloaded)) throw error;
    return { reason: String(error.body.exception_detail), lacks: undefined };
  }
}

function attach(socket: WebSocket, { log }: Context, { message, settled, closed }: SocketHandlers): void {
  socket.on("message", (data) => {
    try {
      message(String(data));
    } catch (error) {
      // Nobody else would catch it: the whole server would end for one frame.
      log.error({ err: error }, "a frame of a websocket could not be taken");
      close(socket, closeCodes.internalError, "Internal Server Error");
    }
  });
  socket.on("ping", (data) => {
    if (settled === undefined) return socket.pong(data);
    settled().then(
      () => socket.readyState === socket.OPEN && socket.pong(data),
      () => {}, // An earlier message is not durable: the connection is closed, and nothing is acknowledged.
    );
  });
  if (closed !== undefined) socket.once("close", () => closed());
}

interface Connecting extends Pick<SocketConnection, "actor" | "request" | "path"> {
  readonly socket: WebSocket;
  readonly brake: Brake;
}

function connectionOver({ socket, actor, request, path, brake }: Connecting): SocketConnection {
  const waiting: (() => void)[] = [];
  let unsent = 0;
  const sent = () => {
    unsent -= 1;
    if (unsent === 0) for (const resolve of waiting.splice(0)) resolve();
  };
  return {
    actor,
    request,
    path,
    send(text) {
      if (socket.readyState !== socket.OPEN) return;
      unsent += 1;
      socket.send(text, sent);
    },
    flushed: () => (unsent === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve))),
    get backlog() {
      return socket.bufferedAmount;
    },
    pause: () => brake.pause("backpressure"),
    resume: () => brake.free("backpressure"),
    close: (code, reason) => close(socket, code, reason),
  };
}

/** The reason of a close frame has room for 123 bytes. */
function close(socket: WebSocket, code: number, reason: string): void {
  let text = reason.slice(0, 123);
  while (Buffer.byteLength(text) > 123) text = text.slice(0, -1);
  socket.resume(); // The other end's answer to the closing has to be read.
  socket.close(code, text);
}

/** A connection whose other end has gone without a word is cut: a ping has no answer by the time of the next but one. */
function keepAlive(socket: WebSocket, { clock }: Context): void {
  let unanswered = 0;
  socket.on("pong", () => {
    unanswered = 0;
  });
  const beat = (): (() => void) =>
    clock.after(pingSeconds, () => {
      // The answers on a paused connection have not been read.
      if (socket.isPaused) unanswered = 0;
      else if (unanswered >= 2) return socket.terminate();
      unanswered += 1;
      socket.ping();
      stop = beat();
    });
  let stop = beat();
  socket.once("close", () => stop());
}

function offersSubprotocol({ headers }: FastifyRequest): boolean {
  const offered = headers["sec-websocket-protocol"] ?? "";
  return offered.split(",").some((name) => name.trim() === subprotocol);
}
