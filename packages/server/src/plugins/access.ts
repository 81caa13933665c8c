import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { type Actor, anonymous, authorize } from "../kernel/actor.ts";
import type { Authentication } from "../kernel/authentication.ts";
import type { Config } from "../kernel/config.ts";
import { isOwnPage } from "./origin.rules.ts";
import { callerOf } from "./origin-guard.ts";

/**
 * Identifies the caller, once for each request below the API and before its body is read, and refuses callers without access. A
 * websocket authenticates in its first frame, which `serveSocketsOn` checks.
 */
export function accessGuard(api: FastifyInstance, authentication: Authentication, config: Config): void {
  api.decorateRequest("actor", undefined as unknown as Actor);
  api.addHook("onRequest", (request, reply, done) => {
    const admit = (actor: Actor) => {
      request.actor = actor;
      const { access = "read", authenticatesInFrame = false } = request.routeOptions.config ?? {};
      if (request.ws && authenticatesInFrame) return done();
      try {
        authorize(actor, access);
      } catch (error) {
        if (actor === anonymous) challenge(request, reply);
        return done(error as Error);
      }
      done();
    };
    const refuse = (error: Error) => {
      // Whoever has to wait before another password may do what takes none, as everybody.
      if (request.routeOptions.config?.access === "public") return admit(anonymous);
      done(error);
    };
    try {
      const actor = authentication.ofRequest(credentialsOf(request, config));
      if (actor instanceof Promise) actor.then(admit, refuse);
      else admit(actor);
    } catch (error) {
      refuse(error as Error);
    }
  });
}

/** Browsers send cookies for whatever page asks: those of other origins, also of ones that may call the API, are not signed in by them. */
function credentialsOf(request: FastifyRequest, config: Config) {
  const { authorization, cookie } = request.headers;
  const counts = cookie !== undefined && isOwnPage(callerOf(request), config);
  return { authorization, cookie: counts ? cookie : undefined, address: request.ip };
}

/** A browser would put its own dialog before the page's sign-in, and then stay signed in by it. All of them call themselves Mozilla. */
function challenge({ headers }: FastifyRequest, reply: FastifyReply): void {
  if (headers["user-agent"]?.startsWith("Mozilla/")) return;
  reply.header("www-authenticate", 'Basic realm="Ostinato", charset="UTF-8"');
}
