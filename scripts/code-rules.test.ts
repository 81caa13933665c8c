import { expect, it } from "vitest";
import { stateNameLiterals } from "./code-rules.ts";

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
