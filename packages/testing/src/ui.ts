import { inject } from "vitest";
import { askFor } from "./shared-resources.ts";

/** The folder of the UI built from its present sources; the first call of a test run builds it if necessary. */
export function builtUi(): Promise<string> {
  return askFor("ui", inject("sharedResources"));
}
