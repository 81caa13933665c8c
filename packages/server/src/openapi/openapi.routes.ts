import { readOpenApi } from "@ostinato/protocol";
import type { FastifyInstance } from "fastify";
import type { Authentication } from "../kernel/authentication.ts";
import type { Registry, Serve } from "../kernel/operation.ts";
import { alwaysAnswered } from "../plugins/admission.rules.ts";
import { apiDescription } from "./openapi.service.ts";

export interface OpenApiRoutes {
  readonly serve: Serve;
  readonly registry: Registry;
  readonly authentication: Authentication;
}

export function openApiRoutes(api: FastifyInstance, { serve, registry, authentication }: OpenApiRoutes): void {
  const description = apiDescription(registry, { alwaysAnswered, passwordRequired: authentication.required });
  serve(readOpenApi, () => ({ ...description.document() }));
  api.get("/docs", async (_request, reply) =>
    reply
      .headers({
        "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
        "cache-control": "no-cache",
      })
      .type("text/html; charset=utf-8")
      .send(description.page()),
  );
}
