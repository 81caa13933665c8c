import type { ColumnTypes } from "../columns.ts";
import * as foundation from "./0001-foundation.ts";
import * as retention from "./0002-retention.ts";
import * as signsOfLife from "./0003-signs-of-life.ts";
import * as coveringIndexes from "./0004-covering-indexes.ts";
import * as observedStates from "./0005-observed-states.ts";
import * as lastSigns from "./0006-last-signs.ts";
import * as keptParameters from "./0007-kept-parameters.ts";
import * as compatibleSchemas from "./0008-compatible-schemas.ts";
import * as outbox from "./0009-outbox.ts";
import * as deployments from "./0010-deployments.ts";
import * as slots from "./0011-slots.ts";
import * as workPools from "./0012-work-pools.ts";
import * as cleanUps from "./0013-clean-ups.ts";
import * as namedLimits from "./0014-named-limits.ts";
import * as blocks from "./0015-blocks.ts";
import * as taskDeliveries from "./0016-task-deliveries.ts";
import * as automations from "./0017-automations.ts";
import * as durationsOfFlows from "./0020-durations-of-flows.ts";
import * as cancellations from "./0021-cancellations.ts";
import * as backgroundTaskRuns from "./0022-background-task-runs.ts";
import * as metricsAndWebhooks from "./0024-metrics-and-webhooks.ts";
import * as partialDeliveries from "./0025-partial-deliveries.ts";
import * as linesAndInputs from "./0027-lines-and-inputs.ts";
import * as automationDeploys from "./0029-automation-deploys.ts";
import * as assets from "./0030-assets.ts";
import * as enabledAutomations from "./0033-enabled-automations.ts";
import * as countedFrom from "./0034-counted-from.ts";
import * as eventCounts from "./0035-event-counts.ts";
import type { MigrationStep } from "./step.ts";

export interface Migration {
  readonly name: string;
  /**
   * Whether servers without this migration must stop using the database. New tables, new indexes and new optional columns break
   * nothing: a server of the version before continues beside it.
   */
  readonly breaking: boolean;
  readonly up: (types: ColumnTypes) => readonly MigrationStep[];
}

/** In order; each runs once and never changes after its release. */
export const migrations: readonly Migration[] = [
  { name: "0001-foundation", breaking: true, up: foundation.up },
  { name: "0002-retention", breaking: false, up: retention.up },
  { name: "0003-signs-of-life", breaking: false, up: signsOfLife.up },
  { name: "0004-covering-indexes", breaking: false, up: coveringIndexes.up },
  { name: "0005-observed-states", breaking: false, up: observedStates.up },
  { name: "0006-last-signs", breaking: false, up: lastSigns.up },
  { name: "0007-kept-parameters", breaking: true, up: keptParameters.up },
  { name: "0008-compatible-schemas", breaking: true, up: compatibleSchemas.up },
  { name: "0009-outbox", breaking: false, up: outbox.up },
  { name: "0010-deployments", breaking: false, up: deployments.up },
  { name: "0011-slots", breaking: false, up: slots.up },
  { name: "0012-work-pools", breaking: false, up: workPools.up },
  { name: "0013-clean-ups", breaking: false, up: cleanUps.up },
  { name: "0014-named-limits", breaking: false, up: namedLimits.up },
  { name: "0015-blocks", breaking: false, up: blocks.up },
  { name: "0016-task-deliveries", breaking: false, up: taskDeliveries.up },
  { name: "0017-automations", breaking: false, up: automations.up },
  { name: "0020-durations-of-flows", breaking: false, up: durationsOfFlows.up },
  { name: "0021-cancellations", breaking: false, up: cancellations.up },
  { name: "0022-background-task-runs", breaking: false, up: backgroundTaskRuns.up },
  { name: "0024-metrics-and-webhooks", breaking: false, up: metricsAndWebhooks.up },
  { name: "0025-partial-deliveries", breaking: false, up: partialDeliveries.up },
  { name: "0027-lines-and-inputs", breaking: false, up: linesAndInputs.up },
  { name: "0029-automation-deploys", breaking: false, up: automationDeploys.up },
  { name: "0030-assets", breaking: false, up: assets.up },
  { name: "0033-enabled-automations", breaking: false, up: enabledAutomations.up },
  { name: "0034-counted-from", breaking: false, up: countedFrom.up },
  { name: "0035-event-counts", breaking: false, up: eventCounts.up },
];
