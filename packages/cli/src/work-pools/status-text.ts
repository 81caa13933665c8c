import type { PlaceStatus } from "@ostinato/protocol";
import { paint } from "../output/text.ts";

const words: Readonly<Record<PlaceStatus, string>> = { READY: "ready", NOT_READY: "not ready", PAUSED: "paused" };

export function statusText({ status }: { readonly status: PlaceStatus | null }): string {
  return status === null ? "" : words[status];
}

export function paintStatus(status: PlaceStatus | null, text: string): string {
  return paint(status === "READY" ? "green" : "yellow", text);
}

/** The slots that are taken, and how many there are: `3/10`. */
export function slotsText({
  active_slots: taken,
  concurrency_limit: limit,
}: {
  readonly active_slots: number | null;
  readonly concurrency_limit: number | null;
}): string {
  return limit === null ? String(taken ?? 0) : `${taken ?? 0}/${limit}`;
}
