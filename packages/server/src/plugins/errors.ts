import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import { isUuid } from "@ostinato/core";
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { errorAnswer } from "../kernel/error-answer.ts";
import { Locked, Nowhere, Overloaded, type RequestError, refused } from "../kernel/errors.ts";
import type { Registry } from "../kernel/operation.ts";
import { idParameters } from "../kernel/validation.ts";
import { addressOf } from "./addresses.ts";

/** Every error leaves as JSON with the status and the shape that Prefect's clients expect, and none with a stack. */
export function errorAnswers(app: FastifyInstance): void {
  const report = reporter();
  app.setErrorHandler((error: FastifyError | RequestError, request, reply) => {
    if (hasGone(request, reply)) {
      request.log.debug({ err: error, method: request.method, url: request.url }, "the client went away");
      return reply.code(400).send();
    }
    // Other methods may lead somewhere: `/flows/filter` is not the id of a flow.
    if (error instanceof Nowhere) return reply.callNotFound();
    const { bodyLimit, config } = request.routeOptions ?? {};
    const body = config?.hasSecrets === true ? undefined : request.body;
    const described = errorAnswer(error, { bodyLimit, body });
    const { status } = described;
    if (described instanceof Overloaded || described instanceof Locked) {
      reply.header("retry-after", String(described.retryAfterSeconds));
    } else if (status >= 500) report(error, status, request);
    // The rest of a stalled request is not awaited.
    if (status === 408) reply.header("connection", "close");
    if (status === 503 && !reply.hasHeader("retry-after")) reply.header("retry-after", "1");
    return send(reply, described);
  });
}

/** Before its request had come in full, or before it was answered: nobody reads an answer, and nothing is wrong here. */
function hasGone({ raw }: FastifyRequest, reply: FastifyReply): boolean {
  return (raw.destroyed && !raw.complete) || reply.raw.closed;
}

const logAgainMillis = 10_000;

/**
 * While the database is away every request fails for the same reason, so it is logged now and then, with the number of failures.
 */
function reporter() {
  let quietUntil = 0;
  let unlogged = 0;
  return (error: Error, status: number, { log, method, url }: FastifyRequest) => {
    if (status !== 503) return log.error({ err: error, method, url }, "request failed");
    unlogged += 1;
    if (performance.now() < quietUntil) return;
    log.error(
      { reason: error.message, method, url, requests: unlogged },
      "requests fail: the database can't be used now",
    );
    quietUntil = performance.now() + logAgainMillis;
    unlogged = 0;
  };
}

/** Answers errors before routing. A path that cannot be decoded, or is too long, leads nowhere. */
export function answerFrameworkError(error: FastifyError, _request: unknown, reply: FastifyReply): void {
  send(reply, pathErrors.includes(error.code) ? new Nowhere() : errorAnswer(error));
}

const pathErrors = ["FST_ERR_BAD_URL", "FST_ERR_MAX_PARAM_LENGTH"];

/**
 * Answers data that Node cannot parse as a request, or not in time. There is no request object yet, so this writes the answer
 * itself.
 */
export function answerMalformed(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === "ECONNRESET" || !socket.writable) return void socket.destroy();
  const { status, body } = malformed[error.code ?? ""] ?? refused("BAD_REQUEST", "This is not an HTTP request.");
  const text = JSON.stringify(body);
  const line = `HTTP/1.1 ${status} ${STATUS_CODES[status]}`;
  const head = `${line}\r\ncontent-type: application/json\r\ncontent-length: ${text.length}\r\n`;
  socket.end(`${head}connection: close\r\n\r\n${text}`);
}

const malformed: Readonly<Record<string, RequestError>> = {
  ERR_HTTP_REQUEST_TIMEOUT: refused("REQUEST_TIMEOUT", "The request did not come in time. Send it again."),
  HPE_HEADER_OVERFLOW: refused("HEADERS_TOO_LARGE", "The headers of the request are larger than 16 KiB."),
};

/**
 * Answers unknown routes below the API in JSON too; one with a missing or an extra slash is redirected, and one that exists for
 * other methods names them.
 */
export function unknownRoutes(api: FastifyInstance, routes: Registry["routes"]): void {
  const methodsFor = (path: string) =>
    routes.filter((contract) => leadsTo(contract.path, path)).map(({ method }) => method);
  api.setNotFoundHandler((request, reply) => {
    const { pathname, search } = addressOf(request.raw.url);
    const path = pathname.slice(api.prefix.length);
    const methods = methodsFor(path);
    if (methods.length > 0 && !request.ws) {
      reply.header("allow", [...new Set(methods)].join(", "));
      return send(reply, refused("METHOD_NOT_ALLOWED", "Method Not Allowed"));
    }
    const other = path.endsWith("/") ? path.slice(0, -1) : `${path}/`;
    if (!request.ws && methodsFor(other).length > 0) return reply.redirect(relative(pathname) + search, 307);
    return send(reply, new Nowhere());
  });
}

function send(reply: FastifyReply, { status, body }: RequestError): FastifyReply {
  return reply.code(status).type("application/json").send(JSON.stringify(body));
}

/** Whether the path matches the path of a contract with its parameters. */
function leadsTo(pattern: string, path: string): boolean {
  const [wanted, given] = [pattern.split("/"), path.split("/")];
  return wanted.length === given.length && wanted.every((part, index) => stands(part, given[index] ?? ""));
}

/** An id in a path is a UUID: anything else leads nowhere. */
function stands(part: string, given: string): boolean {
  if (idParameters.includes(part.slice(1, -1))) return isUuid(given);
  return part === given || (part.startsWith("{") && given !== "");
}

/** The same address with or without its slash, seen from itself: right also where a proxy has cut off a prefix. */
function relative(pathname: string): string {
  const last = pathname.split("/").filter(Boolean).at(-1) ?? "";
  return pathname.endsWith("/") ? `../${last}` : `${last}/`;
}
