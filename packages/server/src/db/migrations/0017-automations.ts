import type { ColumnTypes } from "../columns.ts";

/** Automations, what their triggers have counted, and the actions that are still to be done. */
export function up({ uuid, moment, integer, flag, json, searchableJson }: ColumnTypes): readonly string[] {
  const ofAutomation = `automation_id ${uuid} NOT NULL REFERENCES automation ON DELETE CASCADE`;
  return [
    `CREATE TABLE automation (id ${uuid} PRIMARY KEY, created ${moment} NOT NULL, updated ${moment} NOT NULL,
      name text NOT NULL, description text NOT NULL, enabled ${flag} NOT NULL, trigger ${json} NOT NULL,
      actions ${json} NOT NULL, actions_on_trigger ${json} NOT NULL, actions_on_resolve ${json} NOT NULL,
      tags ${searchableJson} NOT NULL)`,
    `CREATE TABLE automation_resource (${ofAutomation}, resource_id text NOT NULL, is_owner ${flag} NOT NULL,
      PRIMARY KEY (automation_id, resource_id))`,
    "CREATE INDEX automation_resource_resource ON automation_resource (resource_id)",
    `CREATE TABLE automation_version (id ${integer} PRIMARY KEY, version ${moment} NOT NULL)`,
    `CREATE TABLE automation_bucket (trigger_id ${uuid} NOT NULL, key text NOT NULL, ${ofAutomation},
      labels ${json} NOT NULL, starts ${moment} NOT NULL, ends ${moment} NOT NULL, count ${integer} NOT NULL,
      last_event_id ${uuid}, due ${moment} NOT NULL, PRIMARY KEY (trigger_id, key))`,
    "CREATE INDEX automation_bucket_due ON automation_bucket (due)",
    "CREATE INDEX automation_bucket_automation ON automation_bucket (automation_id)",
    `CREATE TABLE automation_child_firing (parent_trigger_id ${uuid} NOT NULL, child_trigger_id ${uuid} NOT NULL,
      ${ofAutomation}, firing_id ${uuid} NOT NULL, fired_at ${moment} NOT NULL, firing ${json} NOT NULL,
      PRIMARY KEY (parent_trigger_id, child_trigger_id))`,
    "CREATE INDEX automation_child_firing_automation ON automation_child_firing (automation_id)",
    `CREATE TABLE automation_action (id ${uuid} PRIMARY KEY, automation_id ${uuid} NOT NULL, automation ${json} NOT NULL,
      firing ${json} NOT NULL, action ${json} NOT NULL, action_index ${integer} NOT NULL, chain ${integer} NOT NULL,
      triggered ${moment} NOT NULL, triggered_event_id ${uuid}, event_id ${uuid}, attempts ${integer} NOT NULL,
      due ${moment} NOT NULL)`,
    "CREATE INDEX automation_action_due ON automation_action (due)",
  ];
}
