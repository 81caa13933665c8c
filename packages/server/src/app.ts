import Fastify, { type FastifyBaseLogger, type FastifyInstance } from "fastify";
import type { Context } from "./context.ts";
import { flowRoutes } from "./flows/flows.routes.ts";
import { type Registry, serveOn } from "./operation.ts";
import { errorAnswers } from "./plugins/errors.ts";
import { jsonBodies } from "./plugins/json-bodies.ts";

/** Ordinary requests are small; the contracts of logs, events and artifacts allow more. */
const bodyLimitBytes = 4 * 1024 * 1024;

/** Puts the parts together. Reads like a table of contents. */
export function buildApp(context: Context): FastifyInstance {
  const app = Fastify({
    loggerInstance: context.log as FastifyBaseLogger,
    disableRequestLogging: true,
    bodyLimit: bodyLimitBytes,
    // Longer than the 25 s that the field's clients keep a connection.
    keepAliveTimeout: 75_000,
    routerOptions: { maxParamLength: 1024 },
  });
  const registry: Registry = [];
  jsonBodies(app);
  errorAnswers(app);
  void app.register(
    async (api) => {
      const serve = serveOn(api, context, registry);
      flowRoutes(serve);
    },
    { prefix: `${context.config.basePath}api` },
  );
  return app;
}
