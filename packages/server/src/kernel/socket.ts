import { parseJson } from "@ostinato/core";
import type { SocketContract } from "@ostinato/protocol";
import type { FastifyRequest } from "fastify";
import type { Actor } from "./actor.ts";

/** One websocket past its handshake, as a slice sees it. */
export interface SocketConnection {
  /** The caller that opened it. */
  readonly actor: Actor;
  readonly request: FastifyRequest;
  /** Below the API's root: `/events/out`. */
  readonly path: string;
  /** Sends one text frame. Dropped when the connection is closing. */
  send(text: string): void;
  /** Resolves when the network has accepted all sent bytes, or never will. */
  flushed(): Promise<void>;
  /** Bytes given to `send` that the network has not accepted yet. */
  readonly backlog: number;
  /** Stops reading from the network, so that the sender has to wait. */
  pause(): void;
  resume(): void;
  close(code: number, reason: string): void;
}

/** A slice's handlers for one connection. */
export interface SocketHandlers {
  message(text: string): void;
  /** A ping is answered when this resolves: every earlier message is then durable. */
  settled?(): Promise<void>;
  closed?(): void;
}

/** The reasons for closing connections that did not come past the handshake, where the protocol of a websocket has its own. */
export interface RefusalReasons {
  readonly authentication: string;
  readonly authorization: string;
}

export interface SocketOptions {
  readonly refusalReasons?: RefusalReasons;
  /** The maximum size of a client's message. The default is enough for a filter. */
  readonly maxMessageBytes?: number;
}

/** Registers a websocket: `serveSocket(eventsIn, (connection) => …)`. */
export type ServeSocket = (
  contract: SocketContract,
  accept: (connection: SocketConnection) => SocketHandlers,
  options?: SocketOptions,
) => void;

/** Close codes of RFC 6455 and its registry, by meaning. */
export const closeCodes = {
  goingAway: 1001,
  protocolError: 1002,
  policyViolation: 1008,
  messageTooLarge: 1009,
  internalError: 1011,
  tryAgainLater: 1013,
} as const;

/** Parses a frame that should hold one object; undefined for anything else. */
export function readMessage(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = parseJson(text);
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
