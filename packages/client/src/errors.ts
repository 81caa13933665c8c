import { withoutPasswords } from "@ostinato/core";
import type { ErrorCode } from "@ostinato/protocol";

/** The server refused or failed the request. `status` is the HTTP status; `message` contains the server's own explanation. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly code = "API_ERROR";
  readonly status: number;
  readonly body: unknown;
  /** The server's code for the reason (`docs/errors.md`); undefined where the server sends none, as Prefect's server does. */
  readonly reason: ErrorCode | undefined;
  /** How many seconds a busy server asks the client to wait. */
  readonly retryAfterSeconds: number | undefined;

  constructor(request: string, status: number, body: unknown, retryAfterSeconds?: number) {
    super(`${request} answered ${status}: ${describe(body)}`);
    this.status = status;
    this.body = body;
    this.reason = (body as { readonly code?: ErrorCode } | null | undefined)?.code;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** The server asks for credentials, and got none or wrong ones. */
export class AuthenticationFailed extends ApiError {
  constructor(request: string, { baseUrl, auth, body }: FailedAuthentication) {
    super(request, 401, body);
    const address = withoutPasswords(baseUrl);
    this.message =
      auth === undefined
        ? `The server at ${address} asks for a password. Give it as user:password in OSTINATO_API_AUTH_STRING.`
        : `The server at ${address} does not accept the user and password in OSTINATO_API_AUTH_STRING.`;
  }
}

interface FailedAuthentication {
  readonly baseUrl: string;
  readonly auth: string | undefined;
  readonly body: unknown;
}

/** No answer came, after all retries. */
export class ServerUnreachable extends Error {
  override readonly name = "ServerUnreachable";
  readonly code = "SERVER_UNREACHABLE";

  constructor(baseUrl: string, cause: unknown) {
    const why = cause instanceof Error ? cause.message : String(cause);
    super(
      withoutPasswords(`No Ostinato server answers at ${baseUrl} (${why}). Start one with "ostinato server start".`),
      { cause },
    );
  }
}

/**
 * When a call that was answered with the status is worth making again. This is the only list of such statuses:
 *
 * - `"always"`: the request was turned away before anything was done. 408: it did not arrive in time; 429 and 503: the server is
 *   busy; 502: a proxy did not reach the server.
 * - `"if-repeatable"`: it may have been done. 504: a proxy stopped waiting for the answer; 500: a proxy also gives it while the
 *   server behind it restarts; the others above 500 are a proxy's own.
 * - `"never"`: the status is about the request itself. 501 lasts.
 */
export function retryWhen(status: number): "always" | "if-repeatable" | "never" {
  if (status === 408 || status === 429 || status === 502 || status === 503) return "always";
  return status >= 500 && status !== 501 ? "if-repeatable" : "never";
}

/** Whether a status means that a server or a proxy could not handle the request now, whatever the request was. */
export function isFailureOfServer(status: number): boolean {
  return retryWhen(status) !== "never";
}

/** Whether the requested object does not exist. False when the server does not know the route, which says nothing about the object. */
export function isNotFound(error: unknown): boolean {
  return error instanceof ApiError && error.status === 404 && !isUnknownQuestion(error);
}

/** Whether the server has no such route: it has another version, or a proxy leads elsewhere. */
export function isUnknownQuestion(error: unknown): boolean {
  return error instanceof ApiError && (error.reason === "PATH_NOT_FOUND" || error.reason === "FEATURE_ABSENT");
}

function describe(body: unknown): string {
  if (typeof body === "string") return body;
  if (typeof body !== "object" || body === null) return "no reason given";
  const { detail, exception_message, exception_detail } = body as Record<string, unknown>;
  if (typeof detail === "string") return detail;
  const problems = Array.isArray(exception_detail)
    ? exception_detail.map(describeProblem).join("; ")
    : exception_detail;
  return [exception_message, problems].filter((part) => typeof part === "string" && part !== "").join(" ");
}

function describeProblem(problem: unknown): string {
  if (typeof problem !== "object" || problem === null) return String(problem);
  const { loc, msg } = problem as { loc?: unknown; msg?: unknown };
  return `${Array.isArray(loc) ? loc.join(".") : ""}: ${String(msg)}`;
}
