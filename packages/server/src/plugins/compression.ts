import { gzip } from "node:zlib";
import type { FastifyInstance } from "fastify";

/** Below this the packets are as many, compressed or not. */
const minCompressedBytes = 4096;

/**
 * Compresses answers that travel. On the same machine that only takes time, and a proxy on it compresses by itself if it
 * wants to.
 */
export function compressedAnswers(api: FastifyInstance): void {
  api.addHook("onSend", (request, reply, payload, done) => {
    if (typeof payload !== "string" || payload.length < minCompressedBytes) return done(null, payload);
    if (isLoopback(request.ip) || !/\bgzip\b/.test(request.headers["accept-encoding"] ?? ""))
      return done(null, payload);
    gzip(payload, { level: 4 }, (error, body) => {
      if (error !== null) return done(error);
      const vary = ["accept-encoding", reply.getHeader("vary")].filter(Boolean).join(", ");
      reply.headers({ "content-encoding": "gzip", vary, "content-length": String(body.length) });
      done(null, body);
    });
  });
}

function isLoopback(address: string): boolean {
  return address === "::1" || /^(::ffff:)?127\./.test(address);
}
