import { type Grammar, nowhere } from "../grammar.ts";

/** Concurrency limits cannot be created yet: these are the requests of clients where none exist. */
export const limits: Grammar = {
  noun: "concurrency limits",
  operations: [
    {
      name: "take slots",
      make: ({ random, maybe }) => ({
        method: "POST",
        path: "/v2/concurrency_limits/increment-with-lease",
        body: {
          names: random.pick([["tag:none"], [], ["a", "b"]]),
          slots: random.pick([1, 2, 0, -1]),
          mode: maybe(() => random.pick(["concurrency", "rate_limit", "other"])),
          lease_duration: maybe(() => random.pick([60, 300, 59, 86_401])),
          holder: maybe(() => ({ type: "task_run", id: nowhere })),
        },
      }),
    },
    {
      name: "give slots back",
      make: () => ({
        method: "POST",
        path: "/v2/concurrency_limits/decrement-with-lease",
        body: { lease_id: nowhere },
      }),
    },
    {
      name: "renew a lease",
      make: ({ random, maybe }) => ({
        method: "POST",
        path: `/v2/concurrency_limits/leases/${nowhere}/renew`,
        body: maybe(() => ({ lease_duration: random.pick([60, 300, 1]) })),
      }),
    },
  ],
};
