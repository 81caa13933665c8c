import { expect, test } from "vitest";
import { foldedStack } from "./stack-frames.ts";

const note = (count: number) => `    … ${count} more`;

test("a stack keeps the frames of the program and of its packages, in their order", () => {
  const stack = [
    "Error: no number: x",
    "    at Client.query (/app/node_modules/pg/lib/client.js:5:1)",
    "    at parse (file:///app/flow.ts:2:46)",
    "    at async Promise.all (index 0)",
    "    at async #run (file:///app/node_modules/ostinato/dist/index.js:273:38)",
    "    at load (/app/my-ostinato/load.ts:4:2)",
    "    at processTicksAndRejections (node:internal/process/task_queues:105:5)",
    "    at C:\\app\\node_modules\\.pnpm\\ostinato@1.0.0\\node_modules\\ostinato\\dist\\index.js:1:1",
  ];
  expect(foldedStack(stack.join("\n"), note).split("\n")).toEqual([stack[0], stack[1], stack[2], stack[5], note(4)]);
});

test("each cause is folded by itself, and keeps its fields", () => {
  const stack = [
    "Error: not read",
    "    at read (/app/flow.ts:2:1)",
    "    at node:fs:1:1",
    "  path: '/data'",
    "Caused by: Error: ENOENT",
    "    at open (node:fs:2:2)",
  ];
  expect(foldedStack(stack.join("\n"), note).split("\n")).toEqual([...stack.slice(0, 2), note(1), ...stack.slice(3)]);
});

test("what is not a stack stays as it is", () => {
  const traceback = 'Traceback (most recent call last):\n  File "flow.py", line 3\nValueError: at node:fs';
  expect(foldedStack(traceback, note)).toBe(traceback);
});
