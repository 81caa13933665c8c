import type { Timestamp } from "@ostinato/core";
import { assetRoutes } from "./assets/assets.routes.ts";
import { automationDeployRoutes } from "./automation-deploys/automation-deploys.routes.ts";
import { automationFiringRoutes } from "./automation-firings/firings.routes.ts";
import { automationRoutes } from "./automations/automations.routes.ts";
import { blockDocumentRoutes } from "./block-documents/block-documents.routes.ts";
import { blockSchemaRoutes } from "./block-schemas/block-schemas.routes.ts";
import { blockTypeRoutes } from "./block-types/block-types.routes.ts";
import { collectionRoutes } from "./collections/collections.routes.ts";
import { concurrencyLimitRoutes } from "./concurrency-limits/concurrency-limits.routes.ts";
import { consumerRoutes } from "./consumers/consumers.routes.ts";
import { deploymentRoutes } from "./deployments/deployments.routes.ts";
import { flowRunGraphRoutes } from "./flow-run-graph/flow-run-graph.routes.ts";
import { flowRunStateRoutes } from "./flow-run-states/flow-run-states.routes.ts";
import { importRoutes } from "./flow-runs/import.routes.ts";
import type { Context } from "./kernel/context.ts";
import type { Serve } from "./kernel/operation.ts";
import { observedStateRoutes } from "./observed-states/observed-states.routes.ts";
import { retentionRoutes } from "./retention/retention.routes.ts";
import { createRetention } from "./retention/retention.service.ts";
import { savedSearchRoutes } from "./saved-searches/saved-searches.routes.ts";
import { secretRoutes } from "./secrets/secrets.routes.ts";
import { afterInstallation } from "./system-blocks/installation.service.ts";
import { taskDeliveryRoutes } from "./task-deliveries/task-deliveries.routes.ts";
import { taskRunStateRoutes } from "./task-run-states/task-run-states.routes.ts";
import { templateRoutes } from "./templates/templates.routes.ts";
import { transactionRoutes } from "./transactions/transactions.routes.ts";
import { automationPageRoutes } from "./ui/automations/automation-pages.routes.ts";
import { blockPageRoutes } from "./ui/blocks/block-pages.routes.ts";
import { eventPageRoutes } from "./ui/events/event-pages.routes.ts";
import { uiRoutes } from "./ui/ui.routes.ts";
import { variableRoutes } from "./variables/variables.routes.ts";
import { waitingRoutes } from "./waiting/waiting.routes.ts";
import { webhookRoutes } from "./webhooks/webhooks.routes.ts";
import { workPoolRoutes } from "./work-pools/work-pools.routes.ts";
import { workQueueRoutes } from "./work-queues/work-queues.routes.ts";
import { workerRoutes } from "./workers/workers.routes.ts";

/**
 * The operations for operators of a server inside a process: the command line calls them on a database without a listening
 * server. Loaded at the first such call.
 */
export function operatorsRoutes(
  serve: Serve,
  context: Context,
  { started, onStop }: { readonly started: Timestamp; readonly onStop: (settle: () => Promise<void>) => void },
): void {
  const retention = createRetention(context);
  onStop(() => retention.stop());
  flowRunStateRoutes(serve);
  waitingRoutes(serve);
  flowRunGraphRoutes(serve);
  importRoutes(serve);
  deploymentRoutes(serve);
  taskRunStateRoutes(serve);
  observedStateRoutes(serve);
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
  templateRoutes(serve);
  concurrencyLimitRoutes(serve);
  transactionRoutes(serve);
  workPoolRoutes(serve, context);
  workQueueRoutes(serve);
  workerRoutes(serve);
  taskDeliveryRoutes(serve);
  savedSearchRoutes(serve);
  retentionRoutes(serve, retention);
  consumerRoutes(serve);
  uiRoutes(serve, { started, retention });
}
