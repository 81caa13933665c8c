import { hostname } from "node:os";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Config } from "../kernel/config.ts";
import { type RequestError, refused } from "../kernel/errors.ts";
import { type Caller, isCorsOrigin, refuseHost, refuseOrigin } from "./origin.rules.ts";

/** Refuses requests to a name that is not this server's. Stands before everything else. */
export function hostGuard(app: FastifyInstance, config: Config): void {
  const policy = { ...config, ownNames: namesOf(hostname()) };
  // Most requests name the same host, and parsing it takes 6 µs.
  let admitted: string | undefined;
  app.addHook("onRequest", (request, reply, done) => {
    reply.header("x-content-type-options", "nosniff");
    reply.header("cross-origin-resource-policy", "same-origin");
    const { host } = request.headers;
    if (host !== admitted) {
      const wrongHost = refuseHost(host, policy);
      if (wrongHost !== undefined) throw refusal(request, reply, refused("HOST_REFUSED", wrongHost));
      admitted = host;
    }
    done();
  });
}

/**
 * Prevents pages of other origins, in a browser that can reach this server, from reading or changing anything, and admits those
 * of the configuration. It hooks into the routes themselves, including those of websockets and of unknown paths: the router
 * decides which path is guarded, however it is written.
 */
export async function originGuard(scope: FastifyInstance, config: Config): Promise<void> {
  scope.addHook("onRequest", (request, reply, done) => {
    const wrongOrigin = refuseOrigin(callerOf(request), config);
    if (wrongOrigin !== undefined) throw refusal(request, reply, refused("ORIGIN_REFUSED", wrongOrigin));
    if (isCorsOrigin(request.headers.origin, config)) reply.header("cross-origin-resource-policy", "cross-origin");
    done();
  });
  if (config.corsOrigins.length === 0) return;
  const { default: cors } = await import("@fastify/cors");
  await scope.register(cors, {
    delegator: ({ headers }, answer) =>
      answer(null, {
        origin: isCorsOrigin(headers.origin, config),
        methods: "GET, POST, PUT, PATCH, DELETE",
        exposedHeaders: "x-request-id, retry-after",
        maxAge: 600,
        // Any other question about methods is answered as without a browser.
        preflight: headers["access-control-request-method"] !== undefined,
      }),
  });
}

export function callerOf({ headers, method }: FastifyRequest): Caller {
  return {
    method,
    host: headers.host,
    origin: headers.origin,
    site: one(headers["sec-fetch-site"]),
    mode: one(headers["sec-fetch-mode"]),
    dest: one(headers["sec-fetch-dest"]),
  };
}

/** The names under which other machines of the network know this one: its full name, its short one, and its announced one. */
function namesOf(machine: string): readonly string[] {
  const [short = machine] = machine.split(".");
  return machine === "" ? [] : [machine, short, `${short}.local`];
}

function refusal(request: FastifyRequest, reply: FastifyReply, error: RequestError): RequestError {
  const { headers, raw } = request;
  request.log.info({ host: headers.host, origin: headers.origin, url: raw.url }, "refused a page");
  // Nobody else ends the connection of an upgrade that is refused so early, and it would outlive the server.
  if (headers.upgrade !== undefined) reply.raw.once("finish", () => raw.socket.destroy());
  return error;
}

function one(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}
