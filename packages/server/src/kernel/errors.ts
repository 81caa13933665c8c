import { type Access, type ErrorCode, errorCodes } from "@ostinato/protocol";

/** A refused request: its code, and the body that Prefect's clients expect, with the code in it. */
export class RequestError extends Error {
  override readonly name: string = "RequestError";
  readonly code: ErrorCode;
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;

  /** By default the status of the code. */
  constructor(code: ErrorCode, body: Readonly<Record<string, unknown>>, status: number = errorCodes[code].status) {
    super(String(body.detail ?? body.exception_message ?? status));
    this.code = code;
    this.status = status;
    this.body = { ...body, code };
  }
}

const absenceCodes = {
  Artifact: "ARTIFACT_NOT_FOUND",
  Asset: "ASSET_NOT_FOUND",
  Automation: "AUTOMATION_NOT_FOUND",
  "Block document": "BLOCK_DOCUMENT_NOT_FOUND",
  "Block schema": "BLOCK_SCHEMA_NOT_FOUND",
  "Block type": "BLOCK_TYPE_NOT_FOUND",
  "Concurrency limit": "CONCURRENCY_LIMIT_NOT_FOUND",
  Deployment: "DEPLOYMENT_NOT_FOUND",
  Event: "EVENT_NOT_FOUND",
  Flow: "FLOW_NOT_FOUND",
  "Flow run": "FLOW_RUN_NOT_FOUND",
  "Flow run input": "FLOW_RUN_INPUT_NOT_FOUND",
  "Flow run state": "FLOW_RUN_STATE_NOT_FOUND",
  Result: "RESULT_NOT_FOUND",
  "Saved search": "SAVED_SEARCH_NOT_FOUND",
  Task: "TASK_RUN_NOT_FOUND",
  "Task run": "TASK_RUN_NOT_FOUND",
  "Work queue": "WORK_QUEUE_NOT_FOUND",
} as const satisfies Readonly<Record<string, ErrorCode>>;

type Noun = keyof typeof absenceCodes;

/** 404 by id, for operations whose clients look for the id in the answer: changes of states, labels, graphs, and pages. */
export function notFound(noun: Noun, id: string): RequestError {
  return new RequestError(absenceCodes[noun], { exception_message: `${noun} with id ${id} not found` });
}

/** 404 in the sentence of Prefect's server for the noun, which its clients show. */
export function absent(noun: Noun, code: ErrorCode = absenceCodes[noun]): RequestError {
  return refused(code, `${noun} not found`);
}

/** 404 for a work pool, or for a queue of it. The sentences are Prefect's. */
export function absentPlace(pool: string, queue: string | null): RequestError {
  return queue === null
    ? refused("WORK_POOL_NOT_FOUND", `Work pool "${pool}" not found.`)
    : refused("WORK_QUEUE_NOT_FOUND", `Work pool queue '${pool}/${queue}' not found.`);
}

/** 404 for a path that fits a route and leads nowhere there. */
export class Nowhere extends RequestError {
  constructor() {
    super("PATH_NOT_FOUND", { detail: "Not Found" });
  }
}

/** An answer with one sentence under `detail`. */
export function refused(code: ErrorCode, detail: string): RequestError {
  return new RequestError(code, { detail });
}

/** 423: all slots are taken. The answer is Prefect's, whose clients ask again after so many seconds. */
export class Locked extends RequestError {
  override readonly name = "Locked";
  readonly retryAfterSeconds: number;

  constructor(retryAfterSeconds: number, sentence = "Locked") {
    super("SLOTS_TAKEN", { detail: sentence });
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** 401: the request must authenticate. The sentence is Prefect's. */
export function unauthenticated(): RequestError {
  return new RequestError("UNAUTHENTICATED", { exception_message: "Unauthorized" });
}

/** 401: the user and password of a sign-in are wrong. */
export function wrongPassword(): RequestError {
  return new RequestError("WRONG_PASSWORD", {
    exception_message: "Unauthorized",
    exception_detail: "These are not the user and password of this server.",
  });
}

/** 403: the caller is known, and its access level is too low. */
export function forbidden(granted: Access, needed: Access): RequestError {
  return refused("ACCESS_DENIED", `This takes the access level "${needed}", and yours is "${granted}".`);
}

/** 409: the name or key is taken, or a referenced row is gone. */
export function conflict(reason: string): RequestError {
  return refused("DATA_CONFLICT", `Data integrity conflict. ${reason}`);
}

/** 429: the address has sent so many wrong passwords that it has to wait before it sends another one. */
export function tooManyWrongPasswords(seconds: number): Overloaded {
  const detail = `Too many wrong passwords came from this address: try again in ${seconds} s`;
  return new Overloaded({ status: 429, code: "TOO_MANY_WRONG_PASSWORDS", detail, retryAfterSeconds: seconds });
}

/** The server is at its limits, or the client is at its own. Nothing of the request was done. */
export class Overloaded extends RequestError {
  override readonly name = "Overloaded";
  readonly retryAfterSeconds: number;

  constructor({ status, code, detail, retryAfterSeconds }: OverloadedOptions) {
    const [usualCode, message] =
      status === 503
        ? (["SERVER_BUSY", "Service Unavailable"] as const)
        : (["TOO_MANY_REQUESTS", "Too Many Requests"] as const);
    super(code ?? usualCode, { exception_message: message, exception_detail: detail });
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

interface OverloadedOptions {
  /** 503: the server is busy. 429: this client asks for more than its share. */
  readonly status: 429 | 503;
  /** By default the usual code of the status. */
  readonly code?: "TOO_MANY_WRONG_PASSWORDS";
  /** The exhausted limit and a remedy. */
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
  return new RequestError("INVALID_REQUEST", {
    exception_message: "Invalid request received.",
    exception_detail: problems,
    request_body: requestBody ?? null,
  });
}

/** The first few problems in one line, where there is room for one only: a log, the reason of a close frame. */
export function inWords(problems: readonly Problem[]): string {
  const words = problems.slice(0, 5).map(({ loc, msg }) => (loc.length === 0 ? msg : `${loc.join(".")}: ${msg}`));
  return words.join("; ");
}
