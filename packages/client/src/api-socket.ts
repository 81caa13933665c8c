import WebSocket from "ws";
import { authHeaders } from "./basic-auth.ts";

export interface ApiSocketOptions {
  /** Where the API is, ending with `/api`. */
  readonly baseUrl: string;
  /** Below the API's root: `/events/in`. */
  readonly path: string;
  /** `user:password`. */
  readonly auth: string | undefined;
  readonly onReady: () => void;
  readonly onMessage?: (message: unknown) => void;
  readonly onPong?: (payload: string) => void;
  /** Called once when the connection ends, for any reason. */
  readonly onClosed: (reason: Error) => void;
}

/** A connection to a websocket of the API. Its handshake is done once `onReady` is called. */
export interface ApiSocket {
  /** Characters that are queued in the socket and not yet on the network. */
  readonly backlog: number;
  send(text: string): void;
  ping(payload: string): void;
  close(): void;
  /** Whether the connection keeps the process alive. */
  keepAlive(alive: boolean): void;
}

const handshakeMillis = 10_000;
/** A server that sends nothing for this long counts as gone, even while the network connection stands. */
const silenceMillis = 30_000;

/** Opens a websocket and greets the server with Prefect's subprotocol; the first frame carries the credentials. */
export function openApiSocket(options: ApiSocketOptions): ApiSocket {
  const { baseUrl, path, auth } = options;
  const address = `${baseUrl.replace(/\/+$/, "").replace(/^http/, "ws")}${path}`;
  const socket = new WebSocket(address, ["prefect"], { headers: authHeaders(auth), handshakeTimeout: handshakeMillis });
  let failure: Error | undefined;
  let ready = false;
  let held = true;
  const silence = setInterval(() => {
    failure = new Error(`the server sent nothing for ${silenceMillis / 1000} s`);
    socket.terminate();
  }, silenceMillis).unref();
  const heard = () => silence.refresh();

  socket.on("open", () => {
    keepAlive(held);
    socket.send(JSON.stringify({ type: "auth", token: auth ?? null }));
  });
  socket.on("message", (data: WebSocket.RawData) => {
    heard();
    const message: unknown = JSON.parse(data.toString());
    if (ready) options.onMessage?.(message);
    else if (isMessage(message, "auth_success")) {
      ready = true;
      options.onReady();
    }
  });
  socket.on("ping", heard);
  socket.on("pong", (payload: Buffer) => {
    heard();
    options.onPong?.(payload.toString());
  });
  socket.on("error", (error: Error) => {
    failure ??= error;
  });
  socket.on("close", (code: number, reason: Buffer) => {
    clearInterval(silence);
    options.onClosed(
      failure ?? new Error(`the connection was closed (${code}${reason.length > 0 ? ` ${reason}` : ""})`),
    );
  });

  function keepAlive(alive: boolean): void {
    held = alive;
    // ws has no `ref`/`unref` of its own; the network socket under it exists from "open" on.
    const network = (socket as unknown as { readonly _socket?: { ref(): void; unref(): void } })._socket;
    if (alive) network?.ref();
    else network?.unref();
  }

  return {
    get backlog() {
      return socket.bufferedAmount;
    },
    send: (text) => socket.send(text),
    ping: (payload) => socket.ping(payload),
    close: () => (socket.readyState === WebSocket.CONNECTING ? socket.terminate() : socket.close(1000)),
    keepAlive,
  };
}

export function isMessage<T extends string>(message: unknown, type: T): message is { readonly type: T } {
  return typeof message === "object" && message !== null && (message as { type?: unknown }).type === type;
}
