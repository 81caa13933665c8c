import { withoutPasswords } from "@ostinato/core";

/** The server answered that it could not do what was asked. `status` is HTTP's; `message` is the server's own sentence. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly code = "API_ERROR";
  readonly status: number;
  readonly body: unknown;
  /** How long a busy server asks to be left alone. */
  readonly retryAfterSeconds: number | undefined;

  constructor(request: string, status: number, body: unknown, retryAfterSeconds?: number) {
    super(`${request} answered ${status}: ${describe(body)}`);
    this.status = status;
    this.body = body;
    this.retryAfterSeconds = retryAfterSeconds;
  }
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
 * Whether a status says nothing of what was asked, only that a server or a proxy on the way could not do it now. 500 is among
 * them: a proxy gives it while the server behind it is started again. 501 is for good.
 */
export function isFailureOfServer(status: number): boolean {
  return status === 408 || status === 429 || (status >= 500 && status !== 501);
}

export function isNotFound(error: unknown): boolean {
  return error instanceof ApiError && error.status === 404;
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
