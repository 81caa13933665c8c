import { assets } from "./assets/asset-events.service.ts";
import { waitingLines } from "./concurrency-limits/line.service.ts";
import type { Consumer } from "./kernel/consumer.ts";
import { runLeftovers } from "./run-leftovers/run-leftovers.service.ts";
import { automations } from "./triggers/triggers.service.ts";

/** Everything that happens after a commit, whatever becomes of the server that made it. */
export const consumers: readonly Consumer[] = [runLeftovers, waitingLines, automations, assets];
