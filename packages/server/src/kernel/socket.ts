import { parseJson } from "@ostinato/core";
import type { SocketContract } from "@ostinato/protocol";
import type { FastifyRequest } from "fastify";
import type { Actor } from "./actor.ts";

/** One websocket past its handshake, as a slice sees it. */
export interface SocketConnection {
  /** Who has opened it. */
  readonly actor: Actor;
  readonly request: FastifyRequest;
  /** Below the API's root: `/events/out`. */
  readonly path: string;
  /** Sends one text frame. Dropped when the connection is closing. */
  send(text: string): void;
  /** Resolves when the network has taken all that was sent, or never will. */
  flushed(): Promise<void>;
  /** Bytes that were given to `send` and that the network has not taken. */
  readonly backlog: number;
  /** Stops reading from the network, so that whoever sends has to wait. */
  pause(): void;
  resume(): void;
  close(code: number, reason: string): void;
}

/** What a slice does with a connection. */
export interface SocketHandlers {
  message(text: string): void;
  /** A ping is answered when this resolves: what came before it is then safe. */
  settled?(): Promise<void>;
  closed?(): void;
}

export interface SocketOptions {
  /** The largest message that a client may send; what asks for something by a filter needs no more than the default. */
  readonly maxMessageBytes?: number;
}

/** Registers a websocket: `serveSocket(eventsIn, (connection) => …)`. */
export type ServeSocket = (
  contract: SocketContract,
  accept: (connection: SocketConnection) => SocketHandlers,
  options?: SocketOptions,
) => void;

/** Close codes of RFC 6455 and its registry, by what they say. */
export const closeCodes = {
  goingAway: 1001,
  protocolError: 1002,
  policyViolation: 1008,
  messageTooLarge: 1009,
  internalError: 1011,
  tryAgainLater: 1013,
} as const;

/** A frame that is to hold one object; undefined for anything else. */
export function readMessage(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = parseJson(text);
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
