import { errorCodes, type Json, type RouteContract, type SocketContract, type TSchema } from "@ostinato/protocol";
import { schemaWriter } from "./schemas.ts";

export type JsonObject = { readonly [key: string]: Json };

export interface OpenApiSource {
  readonly contracts: readonly RouteContract[];
  readonly sockets: readonly SocketContract[];
  /** Everything that the protocol exports, by name: contracts give operations their ids, schemas give components theirs. */
  readonly names: Readonly<Record<string, unknown>>;
  readonly version: string;
  /** Operations that are answered however busy the server is. */
  readonly alwaysAnswered: readonly RouteContract[];
  /** Whether this server requires credentials. */
  readonly passwordRequired: boolean;
}

/** The description of the API in OpenAPI 3.1, made of the same contracts that the server validates by. */
export function openApiDocument(source: OpenApiSource): JsonObject {
  const { contracts, sockets, names, version, alwaysAnswered, passwordRequired } = source;
  const idOf = new Map(Object.entries(names).map(([name, value]) => [value, name]));
  const schemas = schemaWriter(names);
  const paths: Record<string, Record<string, Json>> = {};
  for (const contract of contracts) {
    const path = paths[contract.path] ?? {};
    path[contract.method.toLowerCase()] = operation(contract, {
      operationId: idOf.get(contract) ?? fallbackId(contract),
      write: schemas.write,
      refusals: alwaysAnswered.includes(contract) ? {} : refusals,
    });
    paths[contract.path] = path;
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Ostinato",
      version,
      summary: "The API of an Ostinato server, which speaks that of Prefect 3 as well.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    // Seen from this document, so that it holds behind any proxy and under any path.
    servers: [{ url: "../api" }],
    // Without a password, everybody has full access.
    security: passwordRequired ? [{ password: [] }] : [{ password: [] }, {}],
    tags: [...new Set(contracts.map(({ tag }) => tag))].toSorted().map((name) => ({ name })),
    paths: sorted(paths),
    // OpenAPI has no place for websockets.
    "x-websockets": sockets.map(({ path, access, summary }) => ({ path, "x-access": access, summary })),
    components: {
      schemas: sorted({ ...schemas.components(), ...problemSchemas }),
      responses: problemResponses,
      securitySchemes: { password: { type: "http", scheme: "basic", description: passwordDescription } },
    },
  };
}

const passwordDescription =
  "The server's OSTINATO_SERVER_API_AUTH_STRING, user:password. Websockets take the same text as the token of their first frame.";

type WriteSchema = (schema: TSchema) => Json;

interface OperationParts {
  readonly operationId: string;
  readonly write: WriteSchema;
  readonly refusals: JsonObject;
}

function operation(contract: RouteContract, { operationId, write, refusals }: OperationParts): JsonObject {
  const { access, summary, tag, body, bodyOptional = false, bodyLimit } = contract;
  const parameters = [...parametersIn("path", contract.params, write), ...parametersIn("query", contract.query, write)];
  return {
    operationId,
    summary,
    tags: [tag],
    "x-access": access,
    ...(access === "public" ? { security: [] } : {}),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined
      ? {}
      : { requestBody: { required: !bodyOptional, content: { "application/json": { schema: write(body) } } } }),
    ...(bodyLimit === undefined ? {} : { "x-body-limit-bytes": bodyLimit }),
    responses: { ...refusals, ...responses(contract, write) },
  };
}

function parametersIn(place: "path" | "query", schema: TSchema | undefined, write: WriteSchema): Json[] {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = schema as { properties?: Record<string, TSchema>; required?: string[] };
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: place,
    required: place === "path" || required.includes(name),
    schema: write(property),
  }));
}

const meanings: Readonly<Record<number, string>> = {
  200: "Done",
  201: "Created",
  202: "Taken",
  204: "Done, with nothing to say",
  503: "Not now",
};

function responses({ replies, produces, params, body, query }: RouteContract, write: WriteSchema): JsonObject {
  const answers = Object.entries(replies).map(([status, schema]) => {
    const description = meanings[Number(status)] ?? "Answer";
    if (status === "204") return [status, { description }] as const;
    return [status, { description, content: { [produces ?? "application/json"]: { schema: write(schema) } } }] as const;
  });
  return {
    ...Object.fromEntries(answers),
    ...(params === undefined ? {} : { 404: { $ref: "#/components/responses/NotFound" } }),
    ...(body === undefined && query === undefined && params === undefined
      ? {}
      : { 422: { $ref: "#/components/responses/Invalid" } }),
    default: { $ref: "#/components/responses/Problem" },
  };
}

const refusals: JsonObject = {
  429: { $ref: "#/components/responses/TooManyRequests" },
  503: { $ref: "#/components/responses/Busy" },
};

const code: Json = { $ref: "#/components/schemas/ErrorCode" };

const problemSchemas: JsonObject = {
  Refusal: {
    type: "object",
    description: "Why a request was refused, in one sentence.",
    required: ["detail", "code"],
    properties: { detail: { type: "string" }, code },
  },
  Problem: {
    type: "object",
    description: "Why a request was not done, in one of these fields.",
    properties: {
      detail: { type: "string" },
      exception_message: { type: "string" },
      exception_detail: { type: "string" },
      code,
    },
    required: ["code"],
  },
  ErrorCode: {
    type: "string",
    description:
      "The reason for which a request was not done. Its meaning does not change, unlike the words beside it.",
    enum: Object.keys(errorCodes),
    "x-meanings": errorCodes,
  },
  InvalidRequest: {
    type: "object",
    description: "Each problem of a request at its place.",
    required: ["exception_message", "exception_detail", "code"],
    properties: {
      exception_message: { type: "string" },
      exception_detail: {
        type: "array",
        items: {
          type: "object",
          required: ["type", "loc", "msg"],
          properties: {
            type: { type: "string" },
            loc: { type: "array", items: { type: ["string", "integer"] } },
            msg: { type: "string" },
            input: {},
          },
        },
      },
      request_body: {},
      code,
    },
  },
};

const reference = (schema: string): Json => ({ $ref: `#/components/schemas/${schema}` });

const problem = (description: string, schema: string): Json => ({
  description,
  content: { "application/json": { schema: reference(schema) } },
});

const refusal = (description: string): Json => ({
  ...(problem(description, "Problem") as JsonObject),
  headers: {
    "Retry-After": { description: "Seconds to wait", required: true, schema: { type: "integer", minimum: 1 } },
  },
});

const problemResponses: JsonObject = {
  NotFound: problem("Not found", "Problem"),
  Invalid: {
    description: "The request is not what the contract says, or asks for what can't be done",
    content: { "application/json": { schema: { anyOf: [reference("InvalidRequest"), reference("Refusal")] } } },
  },
  Problem: problem("Not done", "Problem"),
  TooManyRequests: refusal("Nothing was done: this client has more requests waiting than its share"),
  Busy: refusal("Nothing was done: the server has as much to do as it can take, or its database can't be used now"),
};

function fallbackId({ method, path }: RouteContract): string {
  return `${method.toLowerCase()}${path.replace(/[^a-z]+(\w)?/gi, (_, next: string = "") => next.toUpperCase())}`;
}

function sorted<T>(record: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).toSorted(([one], [other]) => (one < other ? -1 : 1)));
}
