import type { StateType } from "@ostinato/core";
import { expect, test } from "vitest";
import type { JobEnd } from "../drivers/job-end.ts";
import { adoptionOf, fateOf, settlementOf } from "./run-fate.rules.ts";

const hold = { token: "01a201aa-0d7b-7000-876f-c23a0481b6cd" };

/** A run in a state that was reached under the claim, or under another one. */
function run(type: StateType, { isOurs = true, isSuspended = false, message = null as string | null } = {}) {
  return {
    state: {
      id: "0193c1f0-5f6a-7cc3-98c4-dc0c0c07398f",
      type,
      name: type,
      timestamp: "2026-01-01T00:00:00Z",
      message,
      data: null,
      state_details: { pause_reschedule: isSuspended, ...(isOurs ? { claim: hold.token } : {}) },
    },
  };
}

const exited: JobEnd = { reason: "exited", exitCode: 7, signal: undefined, message: "It ended with exit code 7." };

test.each<[StateType, string]>([
  ["PENDING", "go-on"],
  ["RUNNING", "go-on"],
  ["SCHEDULED", "go-on"],
  ["CANCELLING", "cancel"],
  ["CANCELLED", "cancel"],
  ["COMPLETED", "let-end"],
  ["CRASHED", "let-end"],
  ["PAUSED", "go-on"],
])("the job of a run that is %s: %s", (type, kind) => {
  expect(fateOf(run(type), hold).kind).toBe(kind);
});

test("a paused run waits in its process; that of a suspended one is to end", () => {
  const suspended = run("PAUSED", { isSuspended: true });
  expect(fateOf(suspended, hold).kind).toBe("let-end");
  const ended = { end: exited, stoppedBecause: undefined };
  expect(settlementOf(suspended, hold, ended)).toBeUndefined();
  expect(settlementOf(run("PAUSED"), hold, ended)).toMatchObject({ state: { type: "CRASHED" } });
});

test("the job of a run that was deleted, or given to another process, is stopped", () => {
  expect(fateOf(undefined, hold)).toEqual({ kind: "stop", why: "it was deleted" });
  expect(fateOf(run("RUNNING", { isOurs: false }), hold).kind).toBe("stop");
});

test("a run that its process left open has crashed, for the reason of the job's end", () => {
  const settlement = settlementOf(run("RUNNING"), hold, { end: exited, stoppedBecause: undefined });
  expect(settlement).toMatchObject({
    state: { type: "CRASHED", message: "It ended with exit code 7.", state_details: { process_lost: true } },
    force: false,
  });
});

test("a run whose job did not start is not started again by a restart after crashes", () => {
  const end = { ...exited, reason: "not-started" as const };
  expect(settlementOf(run("PENDING"), hold, { end, stoppedBecause: undefined })?.state).not.toHaveProperty(
    "state_details",
  );
});

test("a cancelled run that ended as crashed, because it was told to end, is cancelled", () => {
  const ended = { end: exited, stoppedBecause: "cancelled" } as const;
  expect(settlementOf(run("CANCELLING", { message: "by Kim" }), hold, ended)?.state).toMatchObject({
    type: "CANCELLED",
    message: "by Kim",
  });
  expect(settlementOf(run("CRASHED"), hold, ended)).toMatchObject({ state: { type: "CANCELLED" }, force: true });
});

test.each<[string, Parameters<typeof settlementOf>[0], JobEnd]>([
  ["that was deleted", undefined, exited],
  ["that is another process's", run("RUNNING", { isOurs: false }), exited],
  ["that has ended by itself", run("FAILED"), exited],
  ["that is suspended", run("PAUSED", { isSuspended: true }), exited],
  ["that its client has scheduled anew", run("SCHEDULED"), { ...exited, exitCode: 0 }],
  ["on a machine that does not answer", run("RUNNING"), { ...exited, reason: "lost" }],
])("nothing is proposed for a run %s", (_, found, end) => {
  expect(settlementOf(found, hold, { end, stoppedBecause: undefined })).toBeUndefined();
});

test("what a lost worker left is adopted while the run is its, and else removed; what a living one does is left alone", () => {
  expect(adoptionOf(run("RUNNING"), { hold, owner: "silent" })).toBe("adopt");
  expect(adoptionOf(run("COMPLETED"), { hold, owner: "own" })).toBe("adopt");
  expect(adoptionOf(run("RUNNING", { isOurs: false }), { hold, owner: "silent" })).toBe("remove");
  expect(adoptionOf(undefined, { hold, owner: "own" })).toBe("remove");
  expect(adoptionOf(run("RUNNING", { isOurs: false }), { hold, owner: "online" })).toBe("leave");
});
