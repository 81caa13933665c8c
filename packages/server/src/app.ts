import type { Timestamp } from "@ostinato/core";
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from "fastify";
import { adminRoutes } from "./admin/admin.routes.ts";
import { artifactRoutes } from "./artifacts/artifacts.routes.ts";
import { assetRoutes } from "./assets/assets.routes.ts";
import { automationDeployRoutes } from "./automation-deploys/automation-deploys.routes.ts";
import { automationFiringRoutes } from "./automation-firings/firings.routes.ts";
import { automationRoutes } from "./automations/automations.routes.ts";
import { blockDocumentRoutes } from "./block-documents/block-documents.routes.ts";
import { blockSchemaRoutes } from "./block-schemas/block-schemas.routes.ts";
import { blockTypeRoutes } from "./block-types/block-types.routes.ts";
import { collectionRoutes } from "./collections/collections.routes.ts";
import { concurrencyLimitRoutes, slotWakingRoutes } from "./concurrency-limits/concurrency-limits.routes.ts";
import { consumerRoutes } from "./consumers/consumers.routes.ts";
import { deploymentRoutes } from "./deployments/deployments.routes.ts";
import { eventRoutes } from "./events/events.routes.ts";
import { flowRunGraphRoutes } from "./flow-run-graph/flow-run-graph.routes.ts";
import { flowRunInputRoutes } from "./flow-run-inputs/flow-run-inputs.routes.ts";
import { flowRunStateRoutes } from "./flow-run-states/flow-run-states.routes.ts";
import { flowRunRoutes } from "./flow-runs/flow-runs.routes.ts";
import { importRoutes } from "./flow-runs/import.routes.ts";
import { flowRoutes } from "./flows/flows.routes.ts";
import { keptParametersRoutes } from "./kept-parameters/kept-parameters.routes.ts";
import type { Authentication } from "./kernel/authentication.ts";
import type { Config } from "./kernel/config.ts";
import type { Context } from "./kernel/context.ts";
import { type Registry, serveOn } from "./kernel/operation.ts";
import { liveRoutes } from "./live/live.routes.ts";
import { logRoutes } from "./logs/logs.routes.ts";
import { observedStateRoutes } from "./observed-states/observed-states.routes.ts";
import { openApiRoutes } from "./openapi/openapi.routes.ts";
import { parameterSchemaRoutes } from "./parameter-schemas/parameter-schemas.routes.ts";
import { accessGuard } from "./plugins/access.ts";
import { asGet } from "./plugins/addresses.ts";
import { admission } from "./plugins/admission.ts";
import { apiVersion } from "./plugins/api-version.ts";
import { compressedAnswers } from "./plugins/compression.ts";
import { answerFrameworkError, answerMalformed, errorAnswers, unknownRoutes } from "./plugins/errors.ts";
import { closeGracefully } from "./plugins/graceful-close.ts";
import { createIncomingBytes } from "./plugins/incoming-bytes.ts";
import { jsonBodies, textBodies } from "./plugins/json-bodies.ts";
import { hostGuard, originGuard } from "./plugins/origin-guard.ts";
import { requestId, requestLog } from "./plugins/request-ids.ts";
import { countSockets, requestMetrics } from "./plugins/request-metrics.ts";
import { staticUi } from "./plugins/static-ui.ts";
import { serveSocketsOn, websockets } from "./plugins/websocket.ts";
import { resultRoutes } from "./results/results.routes.ts";
import { retentionRoutes } from "./retention/retention.routes.ts";
import type { Retention } from "./retention/retention.service.ts";
import { savedSearchRoutes } from "./saved-searches/saved-searches.routes.ts";
import { secretRoutes } from "./secrets/secrets.routes.ts";
import { sessionRoutes } from "./sessions/sessions.routes.ts";
import { afterInstallation } from "./system-blocks/installation.service.ts";
import { taskDeliveryRoutes, taskDeliverySockets } from "./task-deliveries/task-deliveries.routes.ts";
import { taskRunStateRoutes } from "./task-run-states/task-run-states.routes.ts";
import { taskRunRoutes } from "./task-runs/task-runs.routes.ts";
import { templateRoutes } from "./templates/templates.routes.ts";
import { transactionRoutes } from "./transactions/transactions.routes.ts";
import { automationPageRoutes } from "./ui/automations/automation-pages.routes.ts";
import { blockPageRoutes } from "./ui/blocks/block-pages.routes.ts";
import { eventPageRoutes } from "./ui/events/event-pages.routes.ts";
import { uiRoutes } from "./ui/ui.routes.ts";
import { variableRoutes } from "./variables/variables.routes.ts";
import { waitingRoutes } from "./waiting/waiting.routes.ts";
import { wakingRoutes } from "./waking/waking.routes.ts";
import { hookRoutes, webhookRoutes } from "./webhooks/webhooks.routes.ts";
import { workPoolRoutes } from "./work-pools/work-pools.routes.ts";
import { workQueueRoutes } from "./work-queues/work-queues.routes.ts";
import { workerChannelRoutes } from "./worker-channel/worker-channel.routes.ts";
import { workerRoutes } from "./workers/workers.routes.ts";

/** Ordinary requests are small; the contracts of logs, events and artifacts allow more. */
const bodyLimitBytes = 4 * 1024 * 1024;

/** No route has a schema of Fastify's, since contracts are checked by `validation.ts`: its compilers are not even loaded. */
const noCompilers = { buildValidator: noCompiler, buildSerializer: noCompiler };

function noCompiler(): never {
  throw new Error("Routes are described by contracts, not by schemas of Fastify");
}

export interface AppOptions {
  readonly authentication: Authentication;
  /** The folder of the built UI; by default it is looked for beside the package. */
  readonly uiFolder?: string | undefined;
  readonly retention: Retention;
  /** When the server came into being. */
  readonly started: Timestamp;
}

/** Puts the parts together. Reads like a table of contents. */
export function buildApp(
  context: Context,
  { authentication, uiFolder, retention, started }: AppOptions,
): FastifyInstance {
  const { config, clock } = context;
  const app = Fastify({
    loggerInstance: context.log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: "request_id" }),
    bodyLimit: bodyLimitBytes,
    exposeHeadRoutes: false,
    rewriteUrl: asGet,
    schemaController: { compilersFactory: noCompilers },
    genReqId: requestId,
    frameworkErrors: answerFrameworkError,
    clientErrorHandler: answerMalformed,
    // Longer than the 25 s that Prefect's clients keep a connection.
    keepAliveTimeout: 75_000,
    ...timeouts(config),
    routerOptions: { maxParamLength: 1024 },
  });
  app.server.maxConnections = config.maxSockets + config.maxRequests + config.maxWaiting;
  const registry: Registry = { routes: [], sockets: [] };
  requestLog(app, context.log);
  requestMetrics(app, context.metrics);
  hostGuard(app, config);
  const incoming = createIncomingBytes({ maxBytes: config.maxBytes, clock });
  context.metrics.gauge({
    name: "request_bytes_under_way",
    help: "Bytes of requests, of websocket messages that have begun and of large answers",
    read: () => incoming.taken,
  });
  jsonBodies(app, incoming);
  errorAnswers(app);
  closeGracefully(app, clock);
  websockets(app, context);
  const guard = (scope: FastifyInstance) => originGuard(scope, config);
  void app.register(
    async (api) => {
      const serve = serveOn(api, context, registry);
      const serveSocket = countSockets(
        serveSocketsOn(api, context, { incoming, authentication, registry }),
        context.metrics,
      );
      await guard(api);
      accessGuard(api, authentication, config);
      apiVersion(api);
      admission(api, context, incoming);
      compressedAnswers(api);
      unknownRoutes(api, registry.routes);
      adminRoutes(serve, started);
      retentionRoutes(serve, retention);
      consumerRoutes(serve);
      flowRoutes(serve);
      flowRunRoutes(serve);
      waitingRoutes(serve);
      deploymentRoutes(serve);
      importRoutes(serve);
      flowRunStateRoutes(serve);
      flowRunInputRoutes(serve);
      keptParametersRoutes(serve);
      flowRunGraphRoutes(serve);
      taskRunRoutes(serve);
      taskRunStateRoutes(serve);
      observedStateRoutes(serve);
      eventRoutes({ context, serve, serveSocket, onStop: (settle) => api.addHook("onClose", settle) });
      logRoutes({ context, serve, serveSocket });
      resultRoutes(serve);
      artifactRoutes(serve);
      assetRoutes(serve);
      automationDeployRoutes(serve);
      automationRoutes(serve);
      automationFiringRoutes(serve);
      collectionRoutes(serve);
      const serveBlocks = afterInstallation(serve);
      blockTypeRoutes(serveBlocks);
      blockSchemaRoutes(serveBlocks);
      blockDocumentRoutes(serveBlocks);
      blockPageRoutes(serveBlocks);
      eventPageRoutes(serve);
      automationPageRoutes(serve);
      secretRoutes(serve);
      variableRoutes(serve);
      webhookRoutes(serve);
      void api.register(async (hooks) => {
        textBodies(hooks, incoming);
        hookRoutes(serveOn(hooks, context, registry));
      });
      templateRoutes(serve);
      concurrencyLimitRoutes(serve);
      transactionRoutes(serve);
      workPoolRoutes(serve, context);
      workQueueRoutes(serve);
      workerRoutes(serve);
      parameterSchemaRoutes(serve);
      savedSearchRoutes(serve);
      uiRoutes(serve, { started, retention });
      liveRoutes(serveSocket, context);
      wakingRoutes(serveSocket, context);
      workerChannelRoutes(serveSocket, context);
      slotWakingRoutes(serveSocket, context);
      taskDeliverySockets({ context, serveSocket, onStop: (settle) => api.addHook("onClose", settle) });
      taskDeliveryRoutes(serve);
      sessionRoutes(serve, authentication);
      openApiRoutes(api, { serve, registry, authentication });
    },
    { prefix: `${config.basePath}api` },
  );
  staticUi(app, {
    basePath: config.basePath,
    folder: uiFolder,
    guard,
    passwordRequired: authentication.required,
  });
  return app;
}

/** Closes the connections of clients that are slow to send a request or to read an answer. */
function timeouts({ requestSeconds }: Config) {
  const millis = requestSeconds * 1000;
  return {
    requestTimeout: millis,
    connectionTimeout: 2 * millis,
    http: { headersTimeout: Math.min(millis, 20_000), connectionsCheckingInterval: millis / 4 },
  };
}
