import { expect, test } from "vitest";
import type { MarkedProcess } from "./marks.ts";
import { exceededLimits, type LimitPeriod } from "./pool-limits.ts";

function process(claim: string, from: number, to: number, deployment = "urgent"): MarkedProcess {
  return { run: claim, claim, deployment, pid: from, from: BigInt(from), to: BigInt(to), hasEnded: true };
}

function period(
  pool: number,
  at: number,
  held: readonly string[] = [],
  urgent = Number.POSITIVE_INFINITY,
): LimitPeriod {
  return { pool, queues: { urgent }, askedAt: BigInt(at), readAt: BigInt(at + 2), held: new Set(held) };
}

const queueOf = { urgent: "urgent", normal: "normal" };
const exceeded = (periods: readonly LimitPeriod[], ...processes: readonly MarkedProcess[]) =>
  exceededLimits({ periods, processes, queueOf });

test("as many processes as the limit are right, and one more is found", () => {
  const two = [process("a", 10, 30), process("b", 20, 40)];
  expect(exceeded([period(2, 0)], ...two, process("c", 30, 50))).toEqual([]);
  expect(exceeded([period(2, 0)], ...two, process("c", 29, 50))).toEqual([
    "pool: 3 processes when run c began, the limit was 2",
  ]);
});

test("the limit of a queue counts its processes only", () => {
  const periods = [period(9, 0, [], 1)];
  expect(exceeded(periods, process("a", 10, 30), process("b", 20, 40, "normal"))).toEqual([]);
  expect(exceeded(periods, process("a", 10, 30), process("b", 20, 40))).toEqual([
    "queue urgent: 2 processes when run b began, the limit was 1",
  ]);
});

test("what was claimed before a limit was lowered goes on, also where its process begins later", () => {
  const periods = [period(2, 0), period(1, 20, ["a", "b"])];
  expect(exceeded(periods, process("a", 10, 40), process("b", 30, 50))).toEqual([]);
});

test("what is claimed after a limit was lowered waits until there is room", () => {
  const periods = [period(2, 0), period(1, 20, ["a", "b"])];
  expect(exceeded(periods, process("a", 10, 40), process("b", 15, 50), process("c", 41, 60))).toEqual([
    "pool: 2 processes when run c began, the limit was 1",
  ]);
  expect(exceeded(periods, process("a", 10, 40), process("b", 15, 50), process("c", 50, 60))).toEqual([]);
});

test("a paused pool is one in which nothing may be claimed", () => {
  const periods = [period(2, 0), period(0, 20), period(2, 40)];
  expect(exceeded(periods, process("a", 30, 35))).toEqual(["pool: 1 processes when run a began, the limit was 0"]);
  expect(exceeded(periods, process("a", 41, 45))).toEqual([]);
});

test("a process that begins while a limit is raised may have been claimed under the new one", () => {
  const periods = [period(1, 0), period(2, 20, ["a", "b"])];
  expect(exceeded(periods, process("a", 10, 40), process("b", 21, 40))).toEqual([]);
  expect(exceeded(periods, process("a", 10, 40), process("b", 19, 40))).toHaveLength(1);
});
