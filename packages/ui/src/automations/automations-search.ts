import { choiceIn, present, type RawSearch, textIn } from "../address.ts";
import { type TemplateName, templateNames } from "./template-names.ts";

export interface AutomationsSearch {
  /** A part of the name. */
  readonly q?: string;
  readonly show?: "on" | "off";
}

export type AutomationsSearchChange = { readonly [K in keyof AutomationsSearch]?: AutomationsSearch[K] | undefined };

export function readAutomationsSearch(search: RawSearch): AutomationsSearch {
  return present({ q: textIn(search, "q"), show: choiceIn(search, "show", ["on", "off"]) });
}

/** What a new automation begins with. */
export interface NewAutomationSearch {
  readonly template?: TemplateName;
  /** The id of an event like which others shall fire it. */
  readonly event?: string;
  /** The id of a webhook whose posts shall fire it. */
  readonly webhook?: string;
  /** The id of an automation that it begins as a copy of. */
  readonly copy?: string;
}

export function readNewAutomationSearch(search: RawSearch): NewAutomationSearch {
  return present({
    template: choiceIn(search, "template", templateNames),
    event: textIn(search, "event"),
    webhook: textIn(search, "webhook"),
    copy: textIn(search, "copy"),
  });
}
