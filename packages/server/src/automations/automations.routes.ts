import { automationsRelatedTo, deleteAutomationsOwnedBy } from "@ostinato/protocol";
import type { Serve } from "../kernel/operation.ts";

/**
 * Prefect's clients ask for the automations of each deployment that they register or show. None can be created on this server yet, so
 * there is none to tell or to delete. The slice with automations in tables takes the place of this file and keeps the contracts.
 */
export function automationRoutes(serve: Serve): void {
  serve(automationsRelatedTo, () => []);
  serve(deleteAutomationsOwnedBy, () => null);
}
