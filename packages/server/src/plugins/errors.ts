import type { FastifyError, FastifyInstance, FastifyReply } from "fastify";
import { violatedConstraint } from "../db/constraint.ts";
import { DatabaseBusy, DatabaseUnavailable } from "../db/dialects/dialect.ts";
import { isUnavailable } from "../db/unavailable.ts";
import { conflict, Overloaded, RequestError, refused } from "../errors.ts";

/** Every error leaves as JSON with the status and the shape that the field's clients expect, and none with a stack. */
export function errorAnswers(app: FastifyInstance): void {
  app.setErrorHandler((error: FastifyError | RequestError, request, reply) => {
    const described = describe(error, request.routeOptions?.bodyLimit);
    const { status, body } = described;
    if (described instanceof Overloaded) reply.header("retry-after", String(described.retryAfterSeconds));
    else if (status >= 500)
      request.log.error({ err: error, method: request.method, url: request.url }, "request failed");
    if (status === 503 && !reply.hasHeader("retry-after")) reply.header("retry-after", "1");
    return reply.code(status).type("application/json").send(JSON.stringify(body));
  });
}

/** For what goes wrong before a route is found, such as a path that can't be decoded. */
export function answerFrameworkError(error: FastifyError, _request: unknown, reply: FastifyReply): void {
  const { status, body } = describe(error);
  void reply.code(status).type("application/json").send(JSON.stringify(body));
}

/** Below the API an unknown route is JSON too; one with a slash too many or too few is sent to the right one. */
export function unknownRoutes(api: FastifyInstance): void {
  api.setNotFoundHandler((request, reply) => {
    const { pathname, search } = new URL(request.raw.url ?? "/", "http://server");
    const other = pathname.endsWith("/") ? pathname.slice(0, -1) : `${pathname}/`;
    if (!request.ws && api.hasRoute({ method: request.method as "GET", url: other })) {
      return reply.redirect(relative(pathname) + search, 307);
    }
    return reply
      .code(404)
      .type("application/json")
      .send(JSON.stringify({ detail: "Not Found" }));
  });
}

/** The same address with or without its slash, seen from itself: right also where a proxy has cut off a prefix. */
function relative(pathname: string): string {
  const last = pathname.split("/").filter(Boolean).at(-1) ?? "";
  return pathname.endsWith("/") ? `../${last}` : `${last}/`;
}

function describe(error: FastifyError | RequestError | Error, bodyLimit?: number): RequestError {
  if (error instanceof RequestError) return error;
  if (error instanceof DatabaseBusy) {
    return new Overloaded({ status: 503, detail: `${error.message}: try again in 2 s`, retryAfterSeconds: 2 });
  }
  if (error instanceof DatabaseUnavailable || isUnavailable(error)) {
    return new RequestError(503, { exception_message: "Service Unavailable", exception_detail: error.message });
  }
  const constraint = violatedConstraint(error);
  if (constraint !== undefined) return conflict(constraint);
  const { statusCode, code, message } = error as FastifyError;
  switch (code) {
    case "FST_ERR_CTP_BODY_TOO_LARGE":
      return refused(413, `The request body is larger than the ${bodyLimit} bytes that this takes. Send less at once.`);
    case "FST_ERR_CTP_INVALID_MEDIA_TYPE":
      return refused(415, "The API takes JSON: send the header content-type: application/json.");
    case "FST_ERR_CTP_EMPTY_JSON_BODY":
      return refused(422, "The request body is empty where JSON is needed.");
    default:
      if (statusCode !== undefined && statusCode < 500) return refused(statusCode, message);
      return new RequestError(500, { exception_message: "Internal Server Error" });
  }
}
