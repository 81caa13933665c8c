import { expect, test } from "vitest";
import { differences } from "./comparison.ts";
import { Pairing } from "./pairing.ts";
import { without } from "./sequence.ts";

const begun = Date.parse("2030-01-01T00:00:00Z");
const [a, b, c, d] = [1, 2, 3, 4].map((digit) => `00000000-0000-4000-8000-00000000000${digit}`);

function compare(theirs: unknown, ours: unknown, { status = 200, sort = "NAME_ASC", pairing = new Pairing() } = {}) {
  const answer = (body: unknown) => ({ status, type: "application/json", body });
  const ground = { pairing, begun, sort, wasSent: (text: string) => text === "nightly-run" };
  return differences(answer(theirs), answer(ours), ground).map(({ kind, path }) => `${kind} ${path}`);
}

test.each([
  ["ids of each server's own", { id: a, parent: a }, { id: b, parent: b }],
  ["moments of now", { at: "2030-01-01T00:00:01.000001Z" }, { at: "2030-01-01T00:00:02Z" }],
  ["names that nobody gave", { name: "blue-whale" }, { name: "red-fox" }],
  ["sets in another order", { tags: ["a", "b"] }, { tags: ["b", "a"] }],
  ["durations up to now", { estimated_run_time: 0.25 }, { estimated_run_time: 1.5 }],
  ["texts with ids", { reason: "no run", id: a, text: `run ${a}` }, { reason: "no run", id: b, text: `run ${b}` }],
])("%s are the same", (_what, theirs, ours) => {
  expect(compare(theirs, ours)).toEqual([]);
});

test.each([
  ["one id for two things", { id: a, parent: b }, { id: c, parent: c }, ["value parent"]],
  ["a moment that was sent", { at: "2020-01-01T00:00:00Z" }, { at: "2020-01-01T00:00:01Z" }, ["value at"]],
  ["a moment in another form", { at: "2030-01-01T00:00:01Z" }, { at: "2030-01-01T01:00:01+01:00" }, ["value at"]],
  ["a name that was given", { name: "nightly-run" }, { name: "red-fox" }, ["value name"]],
  ["a number", { run_count: 1 }, { run_count: 2 }, ["value run_count"]],
  ["a kind of value", { labels: null }, { labels: {} }, ["type labels"]],
  ["fields", { a: 1, b: 2 }, { a: 1, c: 2 }, ["missing b", "extra c"]],
  ["how many there are", [1, 2], [1], ["value .length"]],
])("%s differs", (_what, theirs, ours, expected) => {
  expect(compare(theirs, ours)).toEqual(expected);
});

test("lists are held against each other by ids that are known, and by what they are sorted by", () => {
  const pairing = new Pairing();
  compare([{ id: a }, { id: b }], [{ id: c }, { id: d }], { pairing });
  const run = (id: string | undefined, name: string) => ({ id, name });
  const theirs = [run(a, "x"), run(b, "y")];
  const ours = [run(d, "y"), run(c, "x")];
  expect(compare(theirs, ours, { pairing, sort: "NAME_ASC" })).toEqual(["order []"]);
  expect(compare(theirs, ours, { pairing, sort: "ID_DESC" })).toEqual([]);
});

test("of refusals the fields that they name are compared, not their words", () => {
  const refusal = (...fields: string[]) => ({ exception_detail: fields.map((field) => ({ loc: ["body", field] })) });
  expect(compare(refusal("a", "b"), refusal("b"), { status: 422 })).toEqual([]);
  expect(compare(refusal("a"), refusal("b"), { status: 422 })).toEqual(["value exception_detail"]);
});

test("what a request needs goes with it", () => {
  const step = (number: number, path: string) => ({ number, path, method: "GET", operation: "read" }) as const;
  const steps = [step(1, "/flows/"), step(2, "/runs/{#1}"), step(3, "/runs/{#2.state.id}"), step(4, "/flows/")];
  expect(without(steps, 1).map(({ number }) => number)).toEqual([4]);
  expect(without(steps, 3).map(({ number }) => number)).toEqual([1, 2, 4]);
});
