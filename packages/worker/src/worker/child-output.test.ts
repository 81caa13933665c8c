import { expect, test } from "vitest";
import { ChildOutput, markingVariables } from "./child-output.ts";

const mark = markingVariables.OSTINATO__SENT_LINE_MARK ?? "";

function read(lines: readonly string[]) {
  const output = new ChildOutput();
  return lines.map((line) => output.read(line));
}

test("a line that the process has sent by itself is told by its marks, which are not shown", () => {
  expect(read([`${mark}10:00:00 INFO    started${mark}`, "read 3 rows"])).toEqual([
    { text: "10:00:00 INFO    started", isSent: true },
    { text: "read 3 rows", isSent: false },
  ]);
});

test("a message with several lines is sent as a whole", () => {
  expect(read([`${mark}one`, "two", `three${mark}`, "four"]).map(({ isSent }) => isSent)).toEqual([
    true,
    true,
    true,
    false,
  ]);
});

test("a traceback that Python writes behind a message belongs to it", () => {
  const lines = [
    `${mark}ERROR   | Flow run 'calm-heron' - Encountered an exception${mark}`,
    "Traceback (most recent call last):",
    '  File "flow.py", line 3, in train',
    "ValueError: the file has a wrong name",
    "bye",
    "ValueError: printed by the flow",
  ];
  expect(read(lines).map(({ isSent }) => isSent)).toEqual([true, true, true, true, false, false]);
});
