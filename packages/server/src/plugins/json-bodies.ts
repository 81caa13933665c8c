import type { FastifyInstance } from "fastify";
import { invalid } from "../errors.ts";

/** JSON, also where the client did not say what it sends: old clients leave the header out. */
export function jsonBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  const parse = (_request: unknown, text: string | Buffer, done: (error: Error | null, body?: unknown) => void) => {
    if (text.length === 0) return done(null, undefined);
    try {
      done(null, JSON.parse(String(text)));
    } catch (error) {
      const msg = `JSON decode error: ${error instanceof Error ? error.message : String(error)}`;
      done(invalid([{ type: "json_invalid", loc: ["body"], msg }]));
    }
  };
  app.addContentTypeParser(["application/json", "application/*+json"], { parseAs: "string" }, parse);
  app.addHook("onRequest", ({ raw }, _reply, done) => {
    raw.headers["content-type"] ??= "application/json";
    done();
  });
}
