import { isObject } from "../forms/form-data.ts";

/** Whether there is something to fill in. */
export function hasFields(schema: unknown): boolean {
  if (!isObject(schema)) return false;
  return !isObject(schema.properties) || Object.keys(schema.properties).length > 0;
}
