import { inject } from "vitest";
import { askFor } from "./shared-resources.ts";

/** The folder of the UI built from its present sources; the first call in a run builds it, if they have changed. */
export function builtUi(): Promise<string> {
  return askFor("ui", inject("sharedResources"));
}
