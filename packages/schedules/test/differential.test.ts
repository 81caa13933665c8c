import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Timestamp } from "@ostinato/core";
import { expect, test } from "vitest";
import { nextTimes, type Schedule, scheduleProblem } from "../src/index.ts";

/** A line of the files that `vectors/make.py` writes. Times are in seconds since the epoch. */
interface Case {
  readonly kind: "cron" | "interval" | "rrule";
  readonly schedule: Schedule;
  readonly start: number;
  readonly count: number;
  readonly prefect: Answer;
  /** What a second engine says. */
  readonly right: Answer;
}

/** `refused` for what can't be used, and for an error of Python. */
type Answer = readonly number[] | "refused" | "failed";

/** Where Prefect is not followed. `holds` says of which cases that is true, and what the right answer is. */
interface Difference {
  readonly name: string;
  readonly reason: string;
  readonly holds: (one: Case, ours: Answer) => boolean;
}

const day = 86_400;

const differences: readonly Difference[] = [
  {
    name: "end of February",
    reason: "Prefect's croniter skips the first days of March after a day of month that February does not have",
    holds: (one, ours) =>
      one.kind === "cron" &&
      same(ours, one.right) &&
      Array.isArray(one.prefect) &&
      isMarch(missing(ours, one.prefect)[0], one),
  },
  {
    name: "failed",
    reason:
      "Prefect fails for the whole schedule where it ends, or where a day of month stands beside a numbered weekday",
    holds: (one, ours) =>
      one.kind === "cron" && one.prefect === "failed" && (same(ours, withoutDayOfMonth(one)) || hasEnded(one, ours)),
  },
  {
    name: "moved days",
    reason:
      "Prefect's days stay moved after a time that the clock skipped, or begin elsewhere with each time it is asked",
    holds: (one, ours) => "interval" in one.schedule && one.schedule.interval >= day && same(ours, one.right),
  },
  {
    name: "sorted by the wall",
    reason: "Prefect sorts by the wall clock, which is wrong in a repeated hour",
    holds: (one, ours) =>
      "interval" in one.schedule &&
      one.schedule.interval < day &&
      Array.isArray(one.prefect) &&
      same(ours, sorted(one.prefect)),
  },
  {
    name: "UNTIL with Z",
    reason: "Prefect fails where only one of UNTIL and DTSTART ends in Z",
    holds: (one, ours) =>
      "rrule" in one.schedule &&
      one.schedule.rrule.includes("UNTIL") &&
      !Array.isArray(one.prefect) &&
      same(ours, one.right),
  },
  {
    name: "never comes",
    reason: "Prefect takes a rule that never comes",
    holds: (one, ours) => one.kind === "rrule" && ours === "refused" && same(one.prefect, []),
  },
  {
    name: "after 2037",
    reason: "dateutil has no summer time from September 2037 on",
    holds: (one, ours) =>
      one.kind === "rrule" && same(ours, one.right) && sameUntil(one, ours, Date.UTC(2037, 8, 1) / 1000),
  },
  {
    name: "winter time",
    reason:
      "dateutil is an hour off on the day of a change where winter time is the exception: in Casablanca and Dublin",
    holds: (one, ours) =>
      one.kind === "rrule" &&
      ["Africa/Casablanca", "Europe/Dublin"].includes(one.schedule.timezone ?? "") &&
      same(ours, one.right),
  },
  {
    name: "after 2255",
    reason: "Prefect knows of years after 2255",
    holds: (one, ours) => {
      const end = Date.UTC(2255, 0, 1) / 1000;
      return Array.isArray(one.prefect) && one.prefect.some((time) => time > end) && sameUntil(one, ours, end);
    },
  },
];

test.each([
  { file: "cron", same: 3032, different: { "end of February": 52, failed: 16 } },
  { file: "interval", same: 567, different: { "moved days": 33 } },
  { file: "rrule", same: 504, different: { "UNTIL with Z": 41, "never comes": 14, "after 2037": 17, "after 2255": 1 } },
  {
    file: "changes",
    same: 1773,
    different: { "moved days": 182, "sorted by the wall": 169, "winter time": 68, "after 2037": 4 },
  },
])("the answers of Prefect 3.9.1 for $file are ours, or differ for a reason", ({ file, ...expected }) => {
  const counts: Record<string, number> = {};
  const unexplained = readCases(file).flatMap((one) => {
    const ours = answer(one);
    const agrees = same(ours, one.prefect) || (ours === "refused" && one.prefect === "failed");
    const name = agrees ? "same" : differences.find(({ holds }) => holds(one, ours))?.name;
    if (name === undefined) return [{ ...one, ours }];
    counts[name] = (counts[name] ?? 0) + 1;
    return [];
  });
  expect(unexplained).toEqual([]);
  const { same: agreed, ...different } = counts;
  expect({ same: agreed, different }).toEqual(expected);
});

function readCases(file: string): readonly Case[] {
  const text = readFileSync(join(import.meta.dirname, "vectors", `${file}.jsonl`), "utf8");
  return text
    .trim()
    .split("\n")
    .map((line) => {
      const [kind, schedule, start, count, prefect, right] = JSON.parse(line);
      return { kind, schedule, start, count, prefect: unpacked(prefect), right: unpacked(right ?? prefect) };
    });
}

/** The first time and the steps after it, or the text of an error. */
function unpacked(packed: readonly number[] | string): Answer {
  if (typeof packed === "string") return packed.startsWith("ValidationError") ? "refused" : "failed";
  let last = 0;
  return packed.map((step) => {
    last = Math.round((last + step) * 1e6) / 1e6;
    return last;
  });
}

function answer({ schedule, start, count }: Case): Answer {
  const from = Math.round(start * 1e6) as Timestamp;
  if (scheduleProblem(schedule, from) !== undefined) return "refused";
  return nextTimes(schedule, { from, count }).map((time) => time / 1e6);
}

function same(a: Answer, b: Answer): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function sorted(times: Answer): Answer {
  return Array.isArray(times) ? times.toSorted((a, b) => a - b) : times;
}

function missing(ours: Answer, prefect: Answer): readonly number[] {
  return Array.isArray(ours) ? ours.filter((time) => !prefect.includes(time as never)) : [];
}

function isMarch(time: number | undefined, { schedule }: Case): boolean {
  if (time === undefined) return false;
  const timeZone = schedule.timezone ?? "UTC";
  return new Intl.DateTimeFormat("en", { timeZone, month: "long" }).format(time * 1000) === "March";
}

function withoutDayOfMonth(one: Case): Answer {
  if (!("cron" in one.schedule)) return "refused";
  const parts = one.schedule.cron.split(" ");
  parts[2] = "*";
  return answer({ ...one, schedule: { ...one.schedule, cron: parts.join(" ") } });
}

function hasEnded({ schedule, count }: Case, ours: Answer): boolean {
  return "cron" in schedule && schedule.cron.split(" ").length === 7 && ours.length < count;
}

function sameUntil({ prefect }: Case, ours: Answer, end: number): boolean {
  if (!Array.isArray(ours) || !Array.isArray(prefect)) return false;
  const before = (times: readonly number[]) => times.filter((time) => time < end);
  return same(before(ours), before(prefect));
}
