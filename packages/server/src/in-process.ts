import { type Clock, systemClock, type Timestamp } from "@ostinato/core";
import type { RouteContract } from "@ostinato/protocol";
import type { Logger } from "pino";
import { adminRoutes } from "./admin/admin.routes.ts";
import { artifactRoutes } from "./artifacts/artifacts.routes.ts";
import { eventRoutes } from "./events/events.routes.ts";
import { flowRunInputRoutes } from "./flow-run-inputs/flow-run-inputs.routes.ts";
import { flowRunRoutes } from "./flow-runs/flow-runs.routes.ts";
import { flowRoutes } from "./flows/flows.routes.ts";
import { endGoneRuns } from "./heartbeats/lost-runs.service.ts";
import { keptParametersRoutes } from "./kept-parameters/kept-parameters.routes.ts";
import { type Actor, authorize, localOperator } from "./kernel/actor.ts";
import type { Config } from "./kernel/config.ts";
import type { Context } from "./kernel/context.ts";
import { errorAnswer } from "./kernel/error-answer.ts";
import { Nowhere, Overloaded } from "./kernel/errors.ts";
import { inProcessHost } from "./kernel/incoming.ts";
import { readJsonBody } from "./kernel/json-body.ts";
import { logger } from "./kernel/logger.ts";
import { Answer, type Handler, type Serve, usualStatus } from "./kernel/operation.ts";
import { findRoute } from "./kernel/route-table.ts";
import { validated } from "./kernel/validation.ts";
import { logRoutes } from "./logs/logs.routes.ts";
import { open } from "./opening.ts";
import { parameterSchemaRoutes } from "./parameter-schemas/parameter-schemas.routes.ts";
import { resultRoutes } from "./results/results.routes.ts";
import { taskRunRoutes } from "./task-runs/task-runs.routes.ts";

/** A request of this process's own. `path` is below the API's root, with its query string. */
export interface OwnRequest {
  readonly method: string;
  readonly path: string;
  readonly body?: string | undefined;
  /** Their names in lower case. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

export interface OwnAnswer {
  readonly status: number;
  readonly body: string;
  readonly retryAfterSeconds?: number | undefined;
}

/**
 * A server inside a program: it does not listen, and answers the program without HTTP. That saves the program the start of a
 * server with pages and websockets.
 */
export interface InProcessServer {
  handle(request: OwnRequest): Promise<OwnAnswer>;
  /** Ends the runs whose processes were on this machine and are gone: it has no watch that would. */
  endGoneRuns(): Promise<void>;
  /** Releases the database at once, for a process that ends: unacknowledged work is lost. */
  abandon(): void;
  /** Finishes the accepted work, and closes the database. */
  stop(): Promise<void>;
}

export interface InProcessOptions {
  readonly config: Config;
  readonly clock?: Clock;
  readonly log?: Logger;
  /** The actor of its requests. A program with access to the database needs no password for it, unlike callers of a server. */
  readonly actor?: Actor;
}

/** Opens the database, brings its schema up to date, and answers. */
export async function createInProcessServer({
  config,
  clock = systemClock(),
  log = logger(config),
  actor = localOperator,
}: InProcessOptions): Promise<InProcessServer> {
  const { context, close } = await open({ config, clock, log });
  const asked: Context = { ...context, actor };
  const routes: OwnRoute[] = [];
  const settling: (() => Promise<void>)[] = [];
  const started = clock.now();
  const serve: Serve = (contract, handler) =>
    routes.push({ contract, handler: handler as unknown as OwnRoute["handler"] });
  const onStop = (settle: () => Promise<void>) => void settling.push(settle);
  programsRoutes(serve, context, { started, onStop });
  let others: Promise<void> | undefined;
  const find = async ({ method, path }: OwnRequest) => {
    const known = findRoute(routes, method, path);
    if (known !== undefined) return known;
    others ??= import("./operators-routes.ts").then(({ operatorsRoutes }) =>
      operatorsRoutes(serve, context, { started, onStop }),
    );
    await others;
    return findRoute(routes, method, path);
  };
  return {
    handle: async (request) => handle(asked, await find(request), request),
    endGoneRuns: () => endGoneRuns(context),
    abandon: () => context.db.abandon(),
    async stop() {
      await Promise.all(settling.map((settle) => settle()));
      await close();
    },
  };
}

interface OwnRoute {
  readonly contract: RouteContract;
  readonly handler: Handler<RouteContract>;
}

interface Life {
  readonly started: Timestamp;
  readonly onStop: (settle: () => Promise<void>) => void;
}

function programsRoutes(serve: Serve, context: Context, { started, onStop }: Life): void {
  const serveSocket = () => {};
  adminRoutes(serve, started);
  flowRoutes(serve);
  parameterSchemaRoutes(serve);
  flowRunRoutes(serve);
  flowRunInputRoutes(serve);
  keptParametersRoutes(serve);
  taskRunRoutes(serve);
  eventRoutes({ context, serve, serveSocket, onStop });
  logRoutes({ context, serve, serveSocket });
  resultRoutes(serve);
  artifactRoutes(serve);
}

type Found = NonNullable<ReturnType<typeof findRoute<OwnRoute>>>;

async function handle(context: Context, found: Found | undefined, request: OwnRequest): Promise<OwnAnswer> {
  const bodyLimit = found?.route.contract.bodyLimit;
  try {
    if (found === undefined) throw new Nowhere();
    return await answered(context, found, request);
  } catch (error) {
    const described = errorAnswer(error as Error, { bodyLimit });
    if (described.status >= 500) {
      context.log.error({ err: error, method: request.method, url: request.path }, "request failed");
    }
    const retryAfterSeconds = described instanceof Overloaded ? described.retryAfterSeconds : undefined;
    return { status: described.status, body: JSON.stringify(described.body), retryAfterSeconds };
  }
}

async function answered(
  context: Context,
  { route, params, query }: Found,
  { body: text = "", headers: given }: OwnRequest,
): Promise<OwnAnswer> {
  const { contract, handler } = route;
  authorize(context.actor, contract.access);
  const headers = { ...given, "content-length": String(Buffer.byteLength(text)) };
  const incoming = {
    headers,
    protocol: "http",
    host: inProcessHost,
    ip: "127.0.0.1",
    params,
    query,
    body: readJsonBody(text),
  };
  const answer = await handler({
    ...validated(contract, incoming),
    context,
    request: incoming,
    reply: { header() {} },
  });
  const [status, value] = answer instanceof Answer ? [answer.status, answer.value] : [usualStatus(contract), answer];
  return {
    status,
    body: status === 204 ? "" : contract.produces === undefined ? JSON.stringify(value) : String(value),
  };
}
