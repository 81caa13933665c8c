import type { FastifyError } from "fastify";
import { isRefusalOfValues, violatedConstraint } from "../db/constraint.ts";
import { DatabaseBusy, DatabaseUnavailable, TooManyValues } from "../db/dialect.ts";
import { isUnavailable } from "../db/unavailable.ts";
import { conflict, Overloaded, RequestError, refused } from "./errors.ts";

interface Asked {
  readonly bodyLimit?: number | undefined;
  /** The body of the request, which an answer about its fields repeats. */
  readonly body?: unknown;
}

/** The answer to an error, with the status and the shape that clients expect. */
export function errorAnswer(error: Error, { bodyLimit, body }: Asked = {}): RequestError {
  if (error instanceof RequestError) return withRequestBody(error, body);
  if (error instanceof DatabaseBusy) {
    return new Overloaded({ status: 503, detail: `${error.message}: try again in 2 s`, retryAfterSeconds: 2 });
  }
  if (error instanceof DatabaseUnavailable || isUnavailable(error)) {
    return new RequestError("DATABASE_UNAVAILABLE", {
      exception_message: "Service Unavailable",
      exception_detail: error.message,
    });
  }
  const constraint = violatedConstraint(error);
  if (constraint !== undefined) return conflict(constraint);
  if (error instanceof TooManyValues) return refused("VALUE_REFUSED", `${error.message}.`);
  if (isRefusalOfValues(error)) {
    return refused(
      "VALUE_REFUSED",
      `The database does not take a value of this request: ${error.message}. Send another one.`,
    );
  }
  const { statusCode, code, message } = error as FastifyError;
  switch (code) {
    case "FST_ERR_CTP_BODY_TOO_LARGE":
      return refused(
        "BODY_TOO_LARGE",
        `The request body is larger than the ${bodyLimit} bytes that this takes. Send less at once.`,
      );
    case "FST_ERR_CTP_INVALID_MEDIA_TYPE":
      return refused("UNSUPPORTED_MEDIA_TYPE", "The API takes JSON: send the header content-type: application/json.");
    case "FST_ERR_CTP_EMPTY_JSON_BODY":
      return refused("INVALID_REQUEST", "The request body is empty where JSON is needed.");
    default:
      if (statusCode !== undefined && statusCode < 500)
        return new RequestError("BAD_REQUEST", { detail: message }, statusCode);
      return new RequestError("INTERNAL_ERROR", { exception_message: "Internal Server Error" });
  }
}

/** What a service refuses is told with the body of the request, as what its contract refuses is. */
function withRequestBody(error: RequestError, body: unknown): RequestError {
  if (error.body.request_body !== null || body === undefined || body === null) return error;
  return new RequestError(error.code, { ...error.body, request_body: body }, error.status);
}
