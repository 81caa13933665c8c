import type { FastifyInstance } from "fastify";
import { refused } from "../kernel/errors.ts";
import { readJsonBody } from "../kernel/json-body.ts";
import { readBody } from "./body-reading.ts";
import type { IncomingBytes } from "./incoming-bytes.ts";

/**
 * Parses JSON even without a `Content-Type`, which old clients leave out. A browser must send it: a page of another site that
 * leaves it out would bypass the preflight request.
 */
export function jsonBodies(app: FastifyInstance, incoming: IncomingBytes): void {
  app.removeAllContentTypeParsers();
  const parse = (text: string, done: (error: Error | null, body?: unknown) => void) => {
    try {
      done(null, readJsonBody(text));
    } catch (error) {
      done(error as Error);
    }
  };
  app.addContentTypeParser(["application/json", "application/*+json"], (request, _payload, done) =>
    readBody(request, incoming, (error, text) => (error === null ? parse(text, done) : done(error))),
  );
  app.addHook("onRequest", ({ raw: { headers } }, _reply, done) => {
    const encoding = headers["content-encoding"];
    if (encoding !== undefined && encoding !== "identity") {
      throw refused(
        "UNSUPPORTED_MEDIA_TYPE",
        `The API takes bodies as they are, and this one says content-encoding: ${encoding}.`,
      );
    }
    if (headers.origin === undefined && headers["sec-fetch-site"] === undefined) {
      headers["content-type"] ??= "application/json";
    }
    done();
  });
}

/** Reads all bodies as text, whatever their type is. */
export function textBodies(app: FastifyInstance, incoming: IncomingBytes): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", (request, _payload, done) =>
    readBody(request, incoming, (error, text) => done(error, text)),
  );
}
