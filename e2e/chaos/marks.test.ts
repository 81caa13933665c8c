import { expect, test } from "vitest";
import { doubledProcesses, mostAtOnce, processesOf } from "./marks.ts";

function marks(...list: readonly (readonly [kind: string, pid: number, claim: string, run: string, nanos: number])[]) {
  return list
    .map(([kind, pid, claim, run, nanos]) =>
      JSON.stringify({ kind, pid, claim, run, deployment: "limited", nanos: String(nanos) }),
    )
    .map((line) => `${line}\n`)
    .join("");
}

test("a process lasts from its first mark to its last, and an unfinished line counts for nothing", () => {
  const text = `${marks(["begin", 1, "a", "x", 10], ["beat", 1, "a", "x", 20], ["begin", 2, "b", "y", 15])}{"kind":"en`;
  expect(processesOf(text)).toEqual([
    { pid: 1, claim: "a", run: "x", deployment: "limited", from: 10n, to: 20n, hasEnded: false },
    { pid: 2, claim: "b", run: "y", deployment: "limited", from: 15n, to: 15n, hasEnded: false },
  ]);
});

test("processes that follow each other do not overlap", () => {
  const processes = processesOf(
    marks(["begin", 1, "a", "x", 10], ["beat", 1, "a", "x", 20], ["begin", 2, "b", "x", 20], ["end", 2, "b", "x", 30]),
  );
  expect(mostAtOnce(processes)).toBe(1);
  expect(doubledProcesses(processes)).toEqual([]);
});

test("two processes of one run at the same time are found", () => {
  const processes = processesOf(
    marks(["begin", 1, "a", "x", 10], ["begin", 2, "b", "x", 15], ["end", 1, "a", "x", 20], ["end", 2, "b", "x", 30]),
  );
  expect(mostAtOnce(processes)).toBe(2);
  expect(doubledProcesses(processes)).toEqual(["flow run x: some of processes 1, 2 acted at the same time"]);
});

test("two processes under one claim are found, also one after the other", () => {
  const processes = processesOf(
    marks(["begin", 1, "a", "x", 10], ["end", 1, "a", "x", 20], ["begin", 2, "a", "x", 25], ["end", 2, "a", "x", 30]),
  );
  expect(doubledProcesses(processes)).toEqual(["claim a: processes 1, 2 acted under it"]);
});
