import type { Access } from "@ostinato/protocol";

/** What can go wrong with a request, with its status and the body that Prefect's clients expect. */
export class RequestError extends Error {
  override readonly name: string = "RequestError";
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;

  constructor(status: number, body: Readonly<Record<string, unknown>>) {
    super(String(body.detail ?? body.exception_message ?? status));
    this.status = status;
    this.body = body;
  }
}

/** 404 for a thing that is addressed by id, where its clients look for the id: changes of states, labels, graphs, and pages. */
export function notFound(noun: string, id: string): RequestError {
  return new RequestError(404, { exception_message: `${noun} with id ${id} not found` });
}

/** 404 in the words that Prefect's server has for the noun, which its clients show. */
export function absent(noun: string): RequestError {
  return refused(404, `${noun} not found`);
}

/** A path that fits a route and leads nowhere there. */
export class Nowhere extends RequestError {
  constructor() {
    super(404, { detail: "Not Found" });
  }
}

/** An answer with one sentence under `detail`. */
export function refused(status: number, detail: string): RequestError {
  return new RequestError(status, { detail });
}

/** 401: the server has to know who asks. The first sentence is Prefect's. */
export function unauthenticated(): RequestError {
  return new RequestError(401, { exception_message: "Unauthorized" });
}

/** 401: the user and password of a sign-in are others. */
export function wrongPassword(): RequestError {
  return new RequestError(401, {
    exception_message: "Unauthorized",
    exception_detail: "These are not the user and password of this server.",
  });
}

/** 403: it is known who asks, and that they may not. */
export function forbidden(granted: Access, needed: Access): RequestError {
  return refused(403, `This takes the access level "${needed}", and yours is "${granted}".`);
}

/** 409: the name or key is taken, or what is referred to is gone. */
export function conflict(reason: string): RequestError {
  return refused(409, `Data integrity conflict. ${reason}`);
}

/** The server has as much to do as it can take. Nothing of the request was done. */
export class Overloaded extends RequestError {
  override readonly name = "Overloaded";
  readonly retryAfterSeconds: number;

  constructor({ status, detail, retryAfterSeconds }: OverloadedOptions) {
    const message = status === 503 ? "Service Unavailable" : "Too Many Requests";
    super(status, { exception_message: message, exception_detail: detail });
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

interface OverloadedOptions {
  /** 503: the server is busy. 429: this client asks for more than its share. */
  readonly status: 429 | 503;
  /** What is full and what to do. */
  readonly detail: string;
  readonly retryAfterSeconds: number;
}

export interface Problem {
  readonly type: string;
  readonly loc: readonly (string | number)[];
  readonly msg: string;
  readonly input?: unknown;
}

/** 422 with every problem at its place in the request. */
export function invalid(problems: readonly Problem[], requestBody?: unknown): RequestError {
  return new RequestError(422, {
    exception_message: "Invalid request received.",
    exception_detail: problems,
    request_body: requestBody ?? null,
  });
}

/** The first few problems in one line, for those who get no more than a line: a log, the reason of a closing. */
export function inWords(problems: readonly Problem[]): string {
  const words = problems.slice(0, 5).map(({ loc, msg }) => (loc.length === 0 ? msg : `${loc.join(".")}: ${msg}`));
  return words.join("; ");
}
