import { ApiError } from "@ostinato/client";
import { messageOf } from "../components/failure.tsx";
import type { AutomationDraft } from "./draft.ts";
import type { DraftProblem } from "./fields.tsx";

/** What is left to choose before an automation can be tried or saved: the block of a message, for example. */
export function unchosenIn({ actions }: Pick<AutomationDraft, "actions">): string | undefined {
  for (const action of actions) {
    if ("block_document_id" in action && action.block_document_id === "")
      return action.type === "call-webhook"
        ? "Choose the webhook to call."
        : "Choose the block that sends the message.";
    if (!("source" in action) || action.source !== "selected") continue;
    const ids = Object.entries(action).filter(([field]) => field.endsWith("_id"));
    if (ids.every(([, id]) => id === null || id === "")) return "Choose what the action is about.";
  }
  return undefined;
}

/** What a server refuses an automation for: each problem with its place, as far as the answer names places. */
export function problemsOf(error: unknown): readonly DraftProblem[] {
  if (error === null || error === undefined) return [];
  const details = error instanceof ApiError ? detailsIn(error.body) : [];
  if (details.length > 0) return details;
  return [{ path: "", message: messageOf(error) }];
}

function detailsIn(body: unknown): readonly DraftProblem[] {
  const { exception_detail: details } = (body ?? {}) as { readonly exception_detail?: unknown };
  if (!Array.isArray(details)) return [];
  return details.flatMap((each: { readonly loc?: unknown; readonly msg?: unknown }) =>
    Array.isArray(each.loc) && typeof each.msg === "string"
      ? [{ path: pathOf(each.loc), message: plain(each.msg) }]
      : [],
  );
}

/** `["body", "automation", "trigger", "within"]` is the draft's `trigger.within`. */
function pathOf(loc: readonly unknown[]): string {
  return loc
    .filter((part, index) => !(index === 0 && part === "body") && !(index === 1 && part === "automation"))
    .join(".");
}

/** What programs are told, as people say it. */
const words: Readonly<Record<string, string>> = {
  "Extra inputs are not permitted": "there is no such field",
  "Field required": "is missing",
  "must be integer": "must be a whole number",
  'must match format "uuid"': "is not an id",
};

function plain(message: string): string {
  const text = message.replace(/^Value error, /, "").replaceAll("`", "");
  return words[text] ?? text.replace(/^'\w+' is not/, "this is not");
}
