import type { Client } from "@ostinato/client";
import { addSeconds, formatTimestamp, randomRunName, type Timestamp, timeOrderedId } from "@ostinato/core";
import { createFlowRun, type ImportedFlowRun, importFlowRuns } from "@ostinato/protocol";
import { plans } from "./plans.ts";
import type { Random } from "./random.ts";

interface Waiting {
  readonly flow: string;
  readonly states: readonly (Pick<ImportedFlowRun["states"][number], "type" | "name" | "message"> & {
    readonly minutesAgo: number;
  })[];
}

/** Runs that do not move: late, paused, before another attempt. */
const waiting: readonly Waiting[] = [
  {
    flow: "ingest-orders",
    states: [
      { type: "SCHEDULED", name: "Scheduled", minutesAgo: 21 },
      { type: "SCHEDULED", name: "Late", minutesAgo: 20 },
    ],
  },
  {
    flow: "data-quality",
    states: [
      { type: "SCHEDULED", name: "Scheduled", minutesAgo: 7 },
      { type: "SCHEDULED", name: "Late", minutesAgo: 6 },
    ],
  },
  {
    flow: "weekly-report",
    states: [
      { type: "PENDING", name: "Pending", minutesAgo: 48 },
      { type: "RUNNING", name: "Running", minutesAgo: 47.9 },
      { type: "PAUSED", name: "Paused", message: "Waiting for somebody to approve the mail", minutesAgo: 44 },
    ],
  },
  {
    flow: "sync-catalogue",
    states: [
      { type: "PENDING", name: "Pending", minutesAgo: 4 },
      { type: "RUNNING", name: "Running", minutesAgo: 3.9 },
      { type: "SCHEDULED", name: "AwaitingRetry", message: "getaddrinfo ENOTFOUND catalogue.internal", minutesAgo: 1 },
    ],
  },
];

/** Flows that start later, in this many minutes. */
const later = [
  { flow: "nightly-features", inMinutes: 340 },
  { flow: "train-churn", inMinutes: 520 },
] as const;

interface Present {
  readonly idOf: (flow: string) => string;
  readonly now: Timestamp;
  readonly random: Random;
}

export async function keepWaitingRuns(client: Client, { idOf, now, random }: Present): Promise<void> {
  const about = (flow: string) => {
    const plan = plans.find(({ name }) => name === flow) ?? plans[0];
    return {
      flow_id: idOf(flow),
      name: randomRunName(random.next),
      tags: [...plan.tags],
      parameters: { ...plan.parameters(random) },
    };
  };
  const flowRuns = waiting.map(({ flow, states }) => {
    const told = states.map(({ minutesAgo, ...state }) => ({ ...state, at: addSeconds(now, -minutesAgo * 60) }));
    return {
      ...about(flow),
      id: timeOrderedId(told[0]?.at ?? now),
      states: told.map(({ at, ...state }) => ({ ...state, timestamp: formatTimestamp(at) })),
    };
  });
  await client.call(importFlowRuns, { body: { flow_runs: flowRuns } });
  for (const { flow, inMinutes } of later) {
    const scheduled_time = formatTimestamp(addSeconds(now, inMinutes * 60));
    await client.call(createFlowRun, {
      body: { ...about(flow), state: { type: "SCHEDULED", state_details: { scheduled_time } } },
    });
  }
}
