import type { TriggerInput } from "@ostinato/protocol";
import type { Action } from "./action.ts";

/** An automation on the server. */
export interface SavedAutomation {
  readonly id: string;
  readonly name: string;
  /** What saving it did. */
  readonly outcome: "created" | "changed" | "unchanged";
}

/** An automation in the form in which it is compared and saved. */
export interface AutomationDefinition {
  readonly name: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly enabled: boolean | undefined;
  readonly trigger: TriggerInput;
  readonly actions: readonly Action[];
  readonly actions_on_trigger: readonly Action[];
  readonly actions_on_resolve: readonly Action[];
}
