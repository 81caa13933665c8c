import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { FastifyInstance } from "fastify";

const compress = promisify(gzip);

/** Below this the packets are as many, compressed or not. */
const smallestToCompress = 4096;

/**
 * Compresses answers that travel. On the same machine that only takes time, and a proxy on it compresses by itself if it
 * wants to.
 */
export function compressedAnswers(api: FastifyInstance): void {
  api.addHook("onSend", async (request, reply, payload) => {
    if (typeof payload !== "string" || payload.length < smallestToCompress) return payload;
    if (isLoopback(request.ip) || !/\bgzip\b/.test(request.headers["accept-encoding"] ?? "")) return payload;
    const body = await compress(payload, { level: 4 });
    const vary = ["accept-encoding", reply.getHeader("vary")].filter(Boolean).join(", ");
    reply.headers({ "content-encoding": "gzip", vary, "content-length": String(body.length) });
    return body;
  });
}

function isLoopback(address: string): boolean {
  return address === "::1" || /^(::ffff:)?127\./.test(address);
}
