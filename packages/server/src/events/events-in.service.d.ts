import type { Context } from "../context.ts";
import { type SocketConnection, type SocketHandlers } from "../socket.ts";
import { type Ingest } from "./ingest.service.ts";
/**
 * `/events/in`: one event in each text frame, or an array of them. A ping is answered when everything before it is durable.
 * While the database lags behind, the socket is not read. What is no event is named in the log once for each connection and
 * left out; what stands beside it is kept.
 */
export declare function receiveEvents(context: Context, ingest: Ingest, connection: SocketConnection): SocketHandlers;
