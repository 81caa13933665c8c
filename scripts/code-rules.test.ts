import { expect, it } from "vitest";
import { stateNameLiterals, wordsToReplace } from "./code-rules.ts";

const found = (source: string) => stateNameLiterals("x.tsx", source).map(({ line, message }) => `${line} ${message}`);

it("finds the name of a state wherever a program writes it out, also in SQL", () => {
  const source = `
    const late = state.name === "Late";
    enter({ type: "PENDING", name: ready ? "Pending" : "NotReady" });
    const label = <StateLabel name="Failed" />;
    const rows = sql\`SELECT id FROM flow_run WHERE state_name = 'AwaitingRetry' AND id = \${id}\`;
  `;
  expect(found(source)).toEqual([
    '2 the state "Late": use stateNames of core',
    '3 the state "Pending": use stateNames of core',
    '3 the state "NotReady": use stateNames of core',
    '4 the state "Failed": use stateNames of core',
    '5 the state "AwaitingRetry": use stateNames of core',
  ]);
});

it("leaves what people read and what has no such meaning", () => {
  const source = `
    class Cancelled extends Error { override readonly name = "Cancelled"; }
    const look = { label: "Completed", busyLabel: "Cancelling", reason: "Retrying" };
    const button = <b>{busy ? "Cancelling" : "Cancel"}</b>;
    const other = ["RUNNING", "running", "Runnings", 'it was "Late"'];
  `;
  expect(found(source)).toEqual([]);
});

it("finds words that the glossary replaces, in names, comments and strings", () => {
  const source = `
    const mostBytes = { longestWait: 3, largestFrame: 4 };
    // The field's clients send it.
    const problem = \`\${name} is no flow\`;
    const text = <p>This is no number</p>;
  `;
  expect(wordsToReplace("x.tsx", source).map(({ line, message }) => `${line} ${message}`)).toEqual([
    "2 the name mostBytes: say maxBytes for a bound",
    "2 the name longestWait: say maxWait for a bound",
    "2 the name largestFrame: say maxFrame for a bound",
    "4 `is no …` in a string: say `is not a …`",
    "5 `is no …` in a string: say `is not a …`",
    "3 `the field` in a comment: say `Prefect`",
  ]);
});

it("leaves the same words where they are right", () => {
  const source = `
    const most = 3, mostly = 4, longest = 5;
    // The field's label stands above the field.
    const problem = "There is no flow; it is no longer there";
  `;
  expect(wordsToReplace("x.tsx", source)).toEqual([]);
});
