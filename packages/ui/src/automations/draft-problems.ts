import { ApiError } from "@ostinato/client";
import { messageOf } from "../components/failure.tsx";
import type { DraftProblem } from "./fields.tsx";

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
      ? [{ path: pathOf(each.loc), message: sentence(each.msg) }]
      : [],
  );
}

/** `["body", "automation", "trigger", "within"]` is the draft's `trigger.within`. */
function pathOf(loc: readonly unknown[]): string {
  return loc
    .filter((part, index) => !(index === 0 && part === "body") && !(index === 1 && part === "automation"))
    .join(".");
}

function sentence(message: string): string {
  const text = message.replace(/^Value error, /, "").replaceAll("`", "");
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? "" : "."}`;
}
