import type { ColumnTypes } from "../columns.ts";

/** Keeps what the last deploy wrote of an automation, and for which project. */
export function up({ uuid, json }: ColumnTypes): readonly string[] {
  return [
    `CREATE TABLE automation_deploy (automation_id ${uuid} PRIMARY KEY REFERENCES automation ON DELETE CASCADE,
      project text, written ${json} NOT NULL)`,
    "CREATE INDEX automation_deploy_project ON automation_deploy (project)",
  ];
}
