import { errorCodes, type FastifyRequest } from "fastify";
import { refused } from "../kernel/errors.ts";
import type { Incoming, IncomingBytes } from "./incoming-bytes.ts";

type Done = (error: Error | null, text: string) => void;

/**
 * Reads the text of a body as it arrives. Its bytes stay counted until the request is over; a stalled body is given up, with its
 * connection.
 */
export function readBody(request: FastifyRequest, incoming: IncomingBytes, done: Done): void {
  const { raw, ticket } = request;
  const limit = request.routeOptions.bodyLimit;
  if (Number(raw.headers["content-length"]) > limit) {
    done(tooLarge(), "");
    return;
  }
  const chunks: Buffer[] = [];
  let received = 0;
  const memory: Incoming = incoming.open({
    client: request.ip,
    pause: () => raw.pause(),
    resume: () => raw.resume(),
    tooSlow: () =>
      end(refused("REQUEST_TIMEOUT", "The body of the request does not come, or too slowly. Send it again.")),
  });
  if (ticket === undefined) raw.once("close", () => memory.release());
  else ticket.memory = memory;

  function take(chunk: Buffer): void {
    received += chunk.length;
    if (received > limit) end(tooLarge());
    else {
      chunks.push(chunk);
      memory.setBytes(received);
    }
  }

  function end(error?: Error | null): void {
    raw.off("data", take).off("end", end).off("error", end);
    memory.complete();
    if (error === undefined || error === null) done(null, textOf(chunks));
    else {
      memory.release();
      done(error, "");
    }
  }

  raw.on("data", take).once("end", end).once("error", end);
}

function tooLarge(): Error {
  return new errorCodes.FST_ERR_CTP_BODY_TOO_LARGE();
}

function textOf(chunks: readonly Buffer[]): string {
  const [first] = chunks;
  return chunks.length === 1 && first !== undefined ? first.toString() : Buffer.concat(chunks).toString();
}
