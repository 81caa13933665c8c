import type { StateType } from "@ostinato/core";
import { expect, test } from "vitest";
import { cancellationOf } from "./cancellation.rules.ts";

const told = (...states: readonly (readonly [type: StateType, message: string | null])[]) =>
  states.map(([type, message], at) => ({ type, name: type, message, timestamp: `2026-01-01T00:00:0${at}Z` }));

test.each([
  [
    "what its request says",
    told(["RUNNING", null], ["CANCELLING", "From the web pages."], ["CANCELLED", "x"]),
    "node",
    "From the web pages.",
  ],
  ["what a direct end says", told(["RUNNING", null], ["CANCELLED", "Too late."]), undefined, "Too late."],
  [
    "Prefect's client and its version, where the message is of the end alone",
    told(["RUNNING", null], ["CANCELLING", null], ["CANCELLED", "Flow run was cancelled successfully."]),
    "prefect/3.9.1 (API 0.8.4)",
    "Cancelled by Prefect's command line or a program with Prefect's client 3.9.1.",
  ],
  ["a browser", told(["CANCELLING", ""]), "Mozilla/5.0 (X11)", "Cancelled from a web browser."],
  ["a program of Node.js", told(["CANCELLING", null]), "node", "Cancelled by a program in Node.js, over the API."],
  [
    "the name of another program",
    told(["CANCELLING", null]),
    "python-requests/2.32.0",
    'Cancelled by a program that calls itself "python-requests", over the API.',
  ],
  [
    "nobody, where nothing is known",
    told(["RUNNING", null], ["CANCELLED", null]),
    undefined,
    "Cancelled by its own process, or by the server, without a reason.",
  ],
])("a cancelled run names %s", (_what, states, userAgent, sentence) => {
  const asked = states.find(({ type }) => type === "CANCELLING" || type === "CANCELLED")?.timestamp;
  expect(cancellationOf(states, userAgent)).toEqual({ sentence, asked });
});

test("a run that was cancelled before and ended otherwise later has no cancellation", () => {
  expect(cancellationOf(told(["CANCELLED", "x"], ["RUNNING", null]), "node")).toBeNull();
  const again = told(["CANCELLED", "first"], ["RUNNING", null], ["CANCELLED", "second"]);
  expect(cancellationOf(again, undefined)).toMatchObject({ sentence: "second", asked: "2026-01-01T00:00:02Z" });
});
