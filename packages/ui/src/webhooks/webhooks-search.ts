import { choiceIn, present, type RawSearch, textIn } from "../address.ts";
import { type PresetName, presetNames } from "./preset-names.ts";

export interface WebhooksSearch {
  /** A part of the name. */
  readonly q?: string;
}

export function readWebhooksSearch(search: RawSearch): WebhooksSearch {
  return present({ q: textIn(search, "q") });
}

/** What a new webhook begins with. */
export interface NewWebhookSearch {
  readonly from?: PresetName;
}

export function readNewWebhookSearch(search: RawSearch): NewWebhookSearch {
  return present({ from: choiceIn(search, "from", presetNames) });
}
