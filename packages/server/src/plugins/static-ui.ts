import { createHash } from "node:crypto";
import type { UiSettings } from "@ostinato/protocol";
import type { FastifyInstance, FastifyReply } from "fastify";
import { Nowhere } from "../kernel/errors.ts";
import { addressOf } from "./addresses.ts";
import { findUiFolder, sendUiFile, type UiBuild, uiBuilds } from "./ui-files.ts";

export interface StaticUiOptions {
  /** Begins and ends with a slash. */
  readonly basePath: string;
  /** The built UI; by default it is looked for beside the package. */
  readonly folder: string | undefined;
  /** Denies pages of other origins everything but pages. */
  readonly guard: (scope: FastifyInstance) => Promise<void>;
  /** Whether pages have to sign in. */
  readonly passwordRequired: boolean;
}

/**
 * Serves the UI: its files as they are, and index.html for every other address, with the server's own base path written into it.
 * Registered last, for addresses that no route answers.
 */
export function staticUi(app: FastifyInstance, options: StaticUiOptions): void {
  const { basePath, folder = findUiFolder(), guard, passwordRequired } = options;
  const builtPages = folder === undefined ? async () => undefined : uiBuilds(folder);
  const template = pageTemplate(options);

  void app.register(
    async (scope) => {
      await guard(scope);
      scope.get("", async () => uiSettings(basePath, passwordRequired));
    },
    { prefix: `${basePath}ui-settings` },
  );
  app.setNotFoundHandler(async (request, reply) => {
    const { pathname } = addressOf(request.raw.url);
    // Browsers take an address that begins with two slashes for one on another server.
    if (request.method !== "GET" || request.ws || pathname.includes("//")) return notFound(reply);
    if (!pathname.startsWith(basePath)) {
      return `${pathname}/` === basePath || pathname === "/" ? reply.redirect(basePath, 307) : notFound(reply);
    }
    const path = pathname.slice(basePath.length);
    const build = await builtPages();
    if (build === undefined) return reply.code(503).type("text/html; charset=utf-8").send(missingPage);
    if (path !== "index.html" && build.files.has(path)) return sendUiFile(request, reply, { ...build, path });
    if (path.startsWith("assets/")) return notFound(reply); // An asset of another build: a page in its place would not run.
    return reply.headers(template(build).headers).type("text/html; charset=utf-8").send(template(build).html(path));
  });
}

function notFound(reply: FastifyReply): FastifyReply {
  return reply.code(404).type("application/json").send(JSON.stringify(new Nowhere().body));
}

interface PageTemplate {
  readonly headers: Readonly<Record<string, string>>;
  html(path: string): string;
}

/** The parts of index.html that do not depend on the address, made once for each build. */
function pageTemplate(options: StaticUiOptions): (build: UiBuild) => PageTemplate {
  const known = new WeakMap<UiBuild, PageTemplate>();
  return (build) => {
    const template = known.get(build) ?? makeTemplate(build.page, options);
    known.set(build, template);
    return template;
  };
}

function makeTemplate(html: string, { basePath, passwordRequired }: StaticUiOptions): PageTemplate {
  const [before = "", after = ""] = html.split(/<base\b[^>]*\bdata-ostinato-base\b[^>]*>/);
  const password = passwordRequired ? " data-ostinato-password" : "";
  const base = `<base href="${escapeHtml(basePath)}" data-ostinato-base${password} data-ostinato-path="`;
  return {
    headers: {
      "cache-control": "no-cache",
      "content-security-policy": contentSecurityPolicy(html),
      "cross-origin-opener-policy": "same-origin",
      "referrer-policy": "same-origin",
      "x-frame-options": "DENY",
    },
    html: (path) => `${before}${base}${escapeHtml(path)}" />${after}`,
  };
}

/** Scripts run only from this server's files and from the inline ones that index.html came with. */
function contentSecurityPolicy(html: string): string {
  const inline = [...html.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(
    ([, text = ""]) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`,
  );
  return [
    "default-src 'self'",
    `script-src ${["'self'", ...inline].join(" ")}`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob: http: https:",
    "font-src 'self'",
    // The websocket too: it is of the page's own host and port.
    "connect-src 'self'",
    "worker-src 'self' blob:",
    "object-src 'none'",
    "base-uri 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join("; ");
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

function uiSettings(basePath: string, passwordRequired: boolean): UiSettings {
  return {
    api_url: `${basePath}api`,
    csrf_enabled: false,
    auth: passwordRequired ? "BASIC" : null,
    flags: [],
    default_ui: "v2",
    available_uis: ["v2"],
    v1_base_url: null,
    v2_base_url: basePath,
  };
}

const missingPage = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Ostinato: the pages are not built</title>
<body style="font: 16px/1.5 system-ui, sans-serif; max-width: 40rem; margin: 4rem auto; padding: 0 1rem">
<h1 style="font-size: 1.25rem">The server runs, but its pages have not been built</h1>
<p>In the repository, run <code>npm run build:ui</code> and load this page again. The API answers meanwhile, at <code>/api</code>.</p>
`;
