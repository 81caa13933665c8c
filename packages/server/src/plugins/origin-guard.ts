import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Config } from "../config.ts";
import { type RequestError, refused } from "../errors.ts";
import { isCorsOrigin, refuseHost, refuseOrigin } from "./origin.rules.ts";

/**
 * Keeps pages of other origins, in a browser that can reach this server, from reading or changing anything. Stands before
 * everything else, websockets included.
 */
export function originGuard(app: FastifyInstance, config: Config): void {
  const guarded = [`${config.basePath}api`, `${config.basePath}ui-settings`];
  const isGuarded = (url: string) =>
    guarded.some((path) => url.startsWith(path) && /^([/?]|$)/.test(url.slice(path.length)));

  app.addHook("onRequest", (request, reply, done) => {
    const { headers, method } = request;
    reply.header("x-content-type-options", "nosniff");
    reply.header("cross-origin-resource-policy", "same-origin");
    const wrongHost = refuseHost(headers.host, config);
    if (wrongHost !== undefined) throw refusal(request, reply, wrongHost);
    if (!isGuarded(request.raw.url ?? "/")) return done();
    const caller = {
      method,
      host: headers.host,
      origin: headers.origin,
      site: one(headers["sec-fetch-site"]),
      mode: one(headers["sec-fetch-mode"]),
      dest: one(headers["sec-fetch-dest"]),
    };
    const wrongOrigin = refuseOrigin(caller, config);
    if (wrongOrigin !== undefined) throw refusal(request, reply, wrongOrigin);
    if (isCorsOrigin(headers.origin, config)) allowOrigin(reply, String(headers.origin));
    if (method === "OPTIONS" && headers["access-control-request-method"] !== undefined) preflight(request, reply);
    else done();
  });
}

function refusal(request: FastifyRequest, reply: FastifyReply, sentence: string): RequestError {
  const { headers, raw } = request;
  request.log.info({ host: headers.host, origin: headers.origin, url: raw.url }, "refused a page");
  // Nobody else ends the connection of an upgrade that is refused so early, and it would outlive the server.
  if (headers.upgrade !== undefined) reply.raw.once("finish", () => raw.socket.destroy());
  return refused(403, sentence);
}

function allowOrigin(reply: FastifyReply, origin: string): void {
  reply.headers({
    "access-control-allow-origin": origin,
    "access-control-expose-headers": "x-request-id, retry-after",
    "cross-origin-resource-policy": "cross-origin",
    vary: "origin",
  });
}

function preflight(request: FastifyRequest, reply: FastifyReply): void {
  void reply
    .code(204)
    .headers({
      "access-control-allow-methods": "GET, POST, PUT, PATCH, DELETE",
      "access-control-allow-headers": one(request.headers["access-control-request-headers"]) ?? "content-type",
      "access-control-max-age": "600",
    })
    .send();
}

function one(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}
