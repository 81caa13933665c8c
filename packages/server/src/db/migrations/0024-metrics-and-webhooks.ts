import type { ColumnTypes } from "../columns.ts";

/** What metric triggers have counted, webhooks that make events, and the way from a firing to its actions. */
export function up({ uuid, moment, integer, flag, json }: ColumnTypes): readonly string[] {
  const ofAutomation = `automation_id ${uuid} NOT NULL REFERENCES automation ON DELETE CASCADE`;
  return [
    `CREATE TABLE automation_metric (trigger_id ${uuid} PRIMARY KEY, ${ofAutomation}, is_triggered ${flag} NOT NULL,
      crossed ${moment}, due ${moment})`,
    "CREATE INDEX automation_metric_due ON automation_metric (due) WHERE due IS NOT NULL",
    "CREATE INDEX automation_metric_automation ON automation_metric (automation_id)",
    `CREATE TABLE automation_metric_slice (trigger_id ${uuid} NOT NULL, starts ${moment} NOT NULL, ${ofAutomation},
      runs ${integer} NOT NULL, total ${moment} NOT NULL, PRIMARY KEY (trigger_id, starts))`,
    "CREATE INDEX automation_metric_slice_automation ON automation_metric_slice (automation_id)",
    `CREATE TABLE event_webhook (id ${uuid} PRIMARY KEY, created ${moment} NOT NULL, updated ${moment} NOT NULL,
      name text NOT NULL UNIQUE, description text NOT NULL, enabled ${flag} NOT NULL, address_digest text NOT NULL UNIQUE,
      former_digest text UNIQUE, former_until ${moment}, template ${json}, signature ${json}, secret text, former_secret text)`,
    "CREATE INDEX automation_action_firing ON automation_action (triggered_event_id)",
  ];
}
