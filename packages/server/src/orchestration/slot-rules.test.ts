import type { StateType } from "@ostinato/core";
import { describe, expect, test } from "vitest";
import { decide, type Given, newId } from "../../test/flow-run-trial.ts";
import type { DeploymentSlots } from "./slots.ts";

const limitId = "00000000-0000-7000-8000-0000000000cc";
const lease = "00000000-0000-4000-8000-00000000001e";
const deployed = { deployment_id: "00000000-0000-4000-8000-00000000000d", deployment: { limitId } };
const unlimited = { ...deployed, deployment: { limitId: null } };
const slots: DeploymentSlots = { limitId, maxSlots: 2, free: 1, held: null, strategy: "ENQUEUE", graceSeconds: 90 };
const full = { slots: { ...slots, free: 0 } };
const prefect = { client: { renewsLeases: true, takesSlots: false } };
const withLease = { deployment_concurrency_lease_id: lease };
const hold = (leaseId: string, seconds: number | null) => ({ kind: "hold-slot", limitId, leaseId, seconds });

/** What is answered, the type of the state that is written, and what happens to slots. */
const cases: readonly (Given & {
  readonly title: string;
  readonly answer: readonly ["ACCEPT" | "REJECT" | "ABORT", string?];
  readonly writes: StateType | null;
  readonly effects: readonly object[];
})[] = [
  {
    title: "a claim that finds a free slot",
    from: "SCHEDULED",
    to: "PENDING",
    run: deployed,
    facts: { slots },
    answer: ["ACCEPT"],
    writes: "PENDING",
    effects: [hold(newId, 90)],
  },
  {
    title: "a claim of the run for which a slot is kept",
    from: "SCHEDULED",
    to: "PENDING",
    run: deployed,
    facts: { slots: { ...slots, free: 0, held: lease } },
    answer: ["ACCEPT"],
    writes: "PENDING",
    effects: [hold(lease, 90)],
  },
  {
    title: "a claim that finds all slots taken",
    from: "SCHEDULED",
    to: "PENDING",
    run: deployed,
    facts: full,
    answer: ["REJECT", "Deployment concurrency limit reached."],
    writes: "SCHEDULED",
    effects: [],
  },
  {
    title: "the same where nobody is to wait",
    from: "SCHEDULED",
    to: "PENDING",
    run: deployed,
    facts: { slots: { ...slots, free: -1, strategy: "CANCEL_NEW" } },
    answer: ["REJECT", "Deployment concurrency limit reached."],
    writes: "CANCELLED",
    effects: [],
  },
  {
    title: "a claim by a worker that takes slots itself",
    from: "SCHEDULED",
    to: "PENDING",
    run: deployed,
    facts: { ...full, client: { renewsLeases: false, takesSlots: true } },
    answer: ["ACCEPT"],
    writes: "PENDING",
    effects: [],
  },
  {
    title: "a claim of a run without a limit, which nothing is read for",
    from: "SCHEDULED",
    to: "PENDING",
    run: unlimited,
    facts: full,
    answer: ["ACCEPT"],
    writes: "PENDING",
    effects: [],
  },
  {
    title: "a claim of a run whose deployment is gone",
    from: "SCHEDULED",
    to: "PENDING",
    run: { ...deployed, deployment: null },
    answer: ["ABORT", "Deployment not found."],
    writes: null,
    effects: [],
  },
  {
    title: "the start by a client that renews its lease",
    from: "PENDING",
    details: withLease,
    to: "RUNNING",
    run: deployed,
    facts: { slots: { ...slots, held: lease }, ...prefect },
    answer: ["ACCEPT"],
    writes: "RUNNING",
    effects: [hold(lease, 90)],
  },
  {
    title: "the start by another client, which holds the slot for as long as it runs",
    from: "PENDING",
    details: withLease,
    to: "RUNNING",
    run: deployed,
    facts: { slots: { ...slots, held: lease } },
    answer: ["ACCEPT"],
    writes: "RUNNING",
    effects: [hold(lease, null)],
  },
  {
    title: "the start after the lease has ended, with a free slot",
    from: "PENDING",
    details: withLease,
    to: "RUNNING",
    run: deployed,
    facts: { slots, ...prefect },
    answer: ["ACCEPT"],
    writes: "RUNNING",
    effects: [hold(newId, 90)],
  },
  {
    title: "the start after the lease has ended, without one",
    from: "PENDING",
    details: withLease,
    to: "RUNNING",
    run: deployed,
    facts: { ...full, ...prefect },
    answer: ["REJECT", "Deployment concurrency limit reached after lease expiry."],
    writes: "CANCELLED",
    effects: [{ kind: "release-slot", leaseId: lease }],
  },
  {
    title: "the same by a client that never renews, which is not to blame",
    from: "PENDING",
    details: withLease,
    to: "RUNNING",
    run: deployed,
    facts: full,
    answer: ["ACCEPT"],
    writes: "RUNNING",
    effects: [],
  },
  {
    title: "a cancellation while it is started, by a client that does not renew",
    from: "PENDING",
    details: withLease,
    to: "CANCELLING",
    run: deployed,
    facts: { slots: { ...slots, held: lease } },
    answer: ["ACCEPT"],
    writes: "CANCELLING",
    effects: [hold(lease, null)],
  },
  {
    title: "an end",
    from: "RUNNING",
    details: withLease,
    to: "COMPLETED",
    run: deployed,
    answer: ["ACCEPT"],
    writes: "COMPLETED",
    effects: [{ kind: "release-slot", leaseId: lease }],
  },
  {
    title: "an end by force",
    from: "CANCELLING",
    details: withLease,
    to: "CANCELLED",
    by: "minimal",
    run: deployed,
    answer: ["ACCEPT"],
    writes: "CANCELLED",
    effects: [{ kind: "release-slot", leaseId: lease }],
  },
  {
    title: "a failure that is tried again in its process",
    from: "RUNNING",
    details: withLease,
    to: "FAILED",
    run: deployed,
    policy: { retries: 1, retry_delay: 5 },
    answer: ["REJECT", "Retrying"],
    writes: "SCHEDULED",
    effects: [],
  },
  {
    title: "a retry that leaves its process",
    from: "RUNNING",
    details: withLease,
    to: "SCHEDULED",
    toName: "AwaitingRetry",
    run: deployed,
    answer: ["ACCEPT"],
    writes: "SCHEDULED",
    effects: [{ kind: "release-slot", leaseId: lease }],
  },
  {
    title: "what becomes late where all slots are taken and nobody is to wait",
    from: "SCHEDULED",
    to: "SCHEDULED",
    toName: "Late",
    by: "late",
    run: deployed,
    facts: { slots: { ...slots, free: 0, strategy: "CANCEL_NEW" } },
    answer: ["REJECT", "Deployment concurrency limit is full and uses the CANCEL_NEW strategy."],
    writes: "CANCELLED",
    effects: [],
  },
  {
    title: "what becomes late where it may wait",
    from: "SCHEDULED",
    to: "SCHEDULED",
    toName: "Late",
    by: "late",
    run: deployed,
    facts: full,
    answer: ["ACCEPT"],
    writes: "SCHEDULED",
    effects: [],
  },
];

describe("slots of a deployment's limit", () => {
  test.each(cases)("$title", async ({ answer: [status, reason], writes, effects, ...given }) => {
    const decided = await decide(given);
    expect(decided.status).toBe(status);
    if (reason !== undefined) expect(decided.details).toMatchObject({ reason });
    expect(decided.written?.type ?? null).toBe(writes);
    const ofSlots = decided.effects.filter(({ kind }) => kind === "hold-slot" || kind === "release-slot");
    expect(ofSlots).toEqual(effects);
  });

  test("a run that waits for a slot asks again in 30 s", async () => {
    const { written } = await decide({ from: "SCHEDULED", to: "PENDING", run: deployed, facts: full });
    expect(written).toMatchObject({
      name: "AwaitingConcurrencySlot",
      details: { scheduled_time: "2030-01-01T12:00:30Z" },
    });
  });

  test("a run that waited for a slot and gets one begins at once, and another one at its time", async () => {
    const details = { scheduled_time: "2030-01-01T12:00:30Z" };
    const given = { from: "SCHEDULED", to: "PENDING", details, run: deployed, facts: { slots } } as const;
    const waited = await decide({ ...given, name: "AwaitingConcurrencySlot" });
    expect(waited.written?.details.scheduled_time).toBe("2030-01-01T12:00:00Z");
    expect((await decide(given)).written?.details.scheduled_time).toBe("2030-01-01T12:00:30Z");
  });
});

describe("claims", () => {
  const claim = "00000000-0000-7000-8000-000000000001";
  const other = "00000000-0000-7000-8000-000000000002";
  const statusOf = async (given: Given) => (await decide(given)).status;
  const claimAfter = async (given: Given) => (await decide(given)).written?.details.claim;

  test("a proposal under the claim counts, and one under another is aborted, also by force", async () => {
    const start = { from: "PENDING", to: "RUNNING" } as const;
    expect(await statusOf({ ...start, toDetails: { claim } })).toBe("ACCEPT");
    expect(await statusOf({ ...start, toDetails: { claim: other } })).toBe("ABORT");
    expect(await statusOf({ ...start, toDetails: { claim: other }, by: "minimal" })).toBe("ABORT");
    expect(await statusOf({ from: "SCHEDULED", to: "RUNNING", toDetails: { claim } })).toBe("ABORT");
    expect(await statusOf({ from: "RUNNING", details: { claim }, to: "COMPLETED", toDetails: { claim: other } })).toBe(
      "ABORT",
    );
  });

  test("a claim stays with the run through states that others propose, and ends when the run is scheduled again", async () => {
    expect(await claimAfter({ from: "RUNNING", details: { claim }, to: "CANCELLING" })).toBe(claim);
    expect(await claimAfter({ from: "PENDING", to: "CANCELLING", run: unlimited })).toBe(claim);
    expect(await claimAfter({ from: "RUNNING", details: { claim }, to: "CRASHED", by: "minimal" })).toBe(claim);
    expect(await claimAfter({ from: "PAUSED", details: { claim }, to: "SCHEDULED", run: unlimited })).toBeUndefined();
    expect(await claimAfter({ from: "SCHEDULED", details: { claim }, to: "PENDING", run: unlimited })).toBeUndefined();
    const retry = { from: "RUNNING", details: { claim }, to: "FAILED", policy: { retries: 1 } } as const;
    expect(await claimAfter(retry)).toBe(claim);
  });

  test("a client without a claim gets none", async () => {
    expect(await claimAfter({ from: "PENDING", to: "RUNNING", run: unlimited })).toBeUndefined();
  });
});

describe("a crashed run", () => {
  const restarts = async (given: Omit<Given, "from" | "to">) => {
    const { effects } = await decide({ from: "RUNNING", to: "CRASHED", run: unlimited, ...given });
    return effects.some(({ kind }) => kind === "restart");
  };
  const lost = { process_lost: true };

  test("is started again while its deployment lets it, if a process reports it or the server misses the process", async () => {
    const facts = { restartsLeft: 1 };
    expect(await restarts({ facts })).toBe(true);
    expect(await restarts({ facts: { restartsLeft: 0 } })).toBe(false);
    expect(await restarts({ facts, by: "minimal" })).toBe(false);
    expect(await restarts({ facts, by: "minimal", toDetails: lost })).toBe(true);
    const parent_task_run_id = "00000000-0000-7000-8000-0000000000bb";
    expect(await restarts({ facts, run: { ...unlimited, parent_task_run_id } })).toBe(false);
    expect(await restarts({ facts, run: {} })).toBe(false);
  });
});
