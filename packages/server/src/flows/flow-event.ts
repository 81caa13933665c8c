import type { Timestamp } from "@ostinato/core";
import type { Flow } from "@ostinato/protocol";
import { type Lifecycle, lifecycleEvent } from "../kernel/lifecycle-event.ts";

export function flowEvent(action: Lifecycle["action"], { id, name, tags, labels }: Flow, occurred: Timestamp) {
  return lifecycleEvent({ noun: "flow", action, id, name, occurred, payload: { name, tags, labels } });
}
