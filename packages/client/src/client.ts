import { type Clock, jsonText, parseJson, sleep, systemClock, withPlainFields } from "@ostinato/core";
import type { BodyOf, ParamsOf, QueryOf, ReplyOf, RouteContract } from "@ostinato/protocol";
import { clientHeader } from "@ostinato/protocol/headers";
import { authHeaders } from "./basic-auth.ts";
import { delayBeforeRetry } from "./delay.ts";
import { ApiError, AuthenticationFailed, retryWhen, ServerUnreachable } from "./errors.ts";
import { fetchTransport, type Transport, type TransportResponse } from "./transport.ts";

export interface ClientOptions {
  /** Where the API is, ending with `/api`. */
  readonly baseUrl: string;
  /** `user:password`, sent as HTTP Basic. */
  readonly auth?: string | undefined;
  readonly transport?: Transport;
  readonly clock?: Clock;
  /** How many times a call that found no server, or a busy one, is retried. 5 by default. */
  readonly retries?: number;
  /** What the caller is, for the states that it asks for: `page`, `command-line`. */
  readonly name?: string;
  /**
   * Whether every call of this client may reach the server twice without harm, because of its method or of an id that it carries. Failures
   * of the server are then retried too, although the call may have been carried out. False by default.
   */
  readonly repeatable?: boolean;
}

type Part<Name extends string, Value> = undefined extends Value
  ? { readonly [K in Name]?: Value }
  : { readonly [K in Name]: Value };

type BodyPart<C extends RouteContract> = C extends { readonly bodyOptional: true }
  ? { readonly body?: BodyOf<C> }
  : Part<"body", BodyOf<C>> | { readonly encodedBody: string };

export type CallInput<C extends RouteContract> = Part<"params", ParamsOf<C>> &
  Part<"query", QueryOf<C>> &
  BodyPart<C> & {
    readonly signal?: AbortSignal;
    readonly retries?: number;
    /** Overrides the client's `repeatable` for this call. */
    readonly repeatable?: boolean;
    /** The body as JSON text, used instead of `body`. */
    readonly encodedBody?: string;
  };

/** Calls the operations of the API. */
export interface Client {
  readonly baseUrl: string;
  readonly auth: string | undefined;
  /**
   * Resolves with the decoded answer; rejects with an `ApiError` or with `ServerUnreachable`. The operation is its contract, or its name
   * with the contract as a type: `call<typeof readFlow>("GET /flows/{id}", …)`. With a name neither the contract's schemas nor the schema
   * library are loaded, which would double the time until the first answer of a page or a program.
   */
  call<C extends RouteContract>(operation: C | OperationName<C>, input: CallInput<C>): Promise<ReplyOf<C>>;
}

export type OperationName<C extends RouteContract> = `${C["method"]} ${C["path"]}`;

export function createClient(options: ClientOptions): Client {
  const { baseUrl, auth, transport = fetchTransport(baseUrl), clock = systemClock({ keepAlive: true }) } = options;
  const headers = { ...authHeaders(auth), ...(options.name === undefined ? {} : { [clientHeader]: options.name }) };

  async function exchange(
    request: Parameters<Transport>[0],
    { retries, repeatable }: { readonly retries: number; readonly repeatable: boolean },
  ): Promise<TransportResponse> {
    const isTriedAgain = (status: number) =>
      retryWhen(status) === "always" || (repeatable && retryWhen(status) === "if-repeatable");
    for (let attempt = 0; ; attempt += 1) {
      try {
        const response = await transport(request);
        if (!isTriedAgain(response.status) || attempt >= retries) return response;
        await sleep(clock, delayBeforeRetry(attempt, response.retryAfterSeconds), request.signal);
      } catch (error) {
        if (request.signal?.aborted) throw request.signal.reason;
        if (attempt >= retries) throw new ServerUnreachable(baseUrl, rootCause(error));
        await sleep(clock, delayBeforeRetry(attempt), request.signal);
      }
    }
  }

  return {
    baseUrl,
    auth,
    async call(operation, input) {
      const { params, query, body, encodedBody, signal, ...again } = input as LooseInput;
      const contract: CalledContract =
        typeof operation === "string" ? named(operation, input as LooseInput) : operation;
      const { retries = options.retries ?? 5, repeatable = options.repeatable ?? false } = again;
      const path = fillPath(contract.path, params) + queryString(query);
      const hasBody = contract.body !== undefined;
      const response = await exchange(
        {
          method: contract.method,
          path,
          headers: hasBody ? { ...headers, "content-type": "application/json" } : headers,
          body: hasBody ? (encodedBody ?? jsonText(body ?? {})) : undefined,
          signal,
        },
        { retries, repeatable },
      );
      const value = decode(response, contract);
      const request = `${contract.method} ${path}`;
      if (response.status === 401) throw new AuthenticationFailed(request, { baseUrl, auth, body: value });
      if (response.status >= 400) throw new ApiError(request, response.status, value, response.retryAfterSeconds);
      return value as ReplyOf<Exclude<typeof operation, string>>;
    },
  };
}

interface LooseInput {
  readonly params?: Readonly<Record<string, unknown>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
  readonly encodedBody?: string;
  readonly signal?: AbortSignal;
  readonly retries?: number;
  readonly repeatable?: boolean;
}

/** The parts of the contract that a call needs, when only the operation's name is known. */
function named(operation: string, { body, encodedBody }: LooseInput): CalledContract {
  const space = operation.indexOf(" ");
  const [method, path] = [operation.slice(0, space), operation.slice(space + 1)];
  return { method, path, body: body ?? encodedBody };
}

interface CalledContract {
  readonly method: string;
  readonly path: string;
  /** Defined where the request has a body. */
  readonly body?: unknown;
  readonly produces?: string | undefined;
  readonly replies?: RouteContract["replies"];
}

function fillPath(path: string, params: LooseInput["params"]): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(params?.[name])));
}

function queryString(query: LooseInput["query"]): string {
  const entries = Object.entries(query ?? {}).filter(([, value]) => value !== undefined && value !== null);
  if (entries.length === 0) return "";
  return `?${new URLSearchParams(Object.fromEntries(entries.map(([name, value]) => [name, String(value)]))).toString()}`;
}

/** Numbers are plain in the fields of the contract and exact in users' values; with a name alone all of them are exact. */
function decode(response: TransportResponse, { produces, replies }: CalledContract): unknown {
  if (response.body === "") return null;
  if (produces !== undefined && response.status < 400) return response.body;
  try {
    return withPlainFields(replies?.[response.status] ?? {}, parseJson(response.body));
  } catch {
    return response.body;
  }
}

function rootCause(error: unknown): unknown {
  return error instanceof Error && error.cause !== undefined ? rootCause(error.cause) : error;
}
