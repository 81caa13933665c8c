import * as protocol from "@ostinato/protocol";
import type { Registry } from "../kernel/operation.ts";
import { productVersion } from "../kernel/versions.ts";
import { docsPage } from "./docs-page.ts";
import { type JsonObject, type OpenApiSource, openApiDocument } from "./openapi.rules.ts";

export interface ApiDescription {
  document(): JsonObject;
  page(): string;
}

/** The descriptions for programs and for people, built at the first request, when all routes are registered. */
export function apiDescription(
  registry: Registry,
  about: Pick<OpenApiSource, "alwaysAnswered" | "passwordRequired">,
): ApiDescription {
  let made: JsonObject | undefined;
  let page: string | undefined;
  const document = () => {
    made ??= openApiDocument({
      contracts: registry.routes,
      sockets: registry.sockets,
      names: { ...protocol },
      version: productVersion,
      ...about,
    });
    return made;
  };
  return {
    document,
    page() {
      page ??= docsPage(document());
      return page;
    },
  };
}
