/** Lets a server see which automations have changed without reading them all. */
export function up(): readonly string[] {
  return ["CREATE INDEX automation_enabled ON automation (enabled, id, updated)"];
}
