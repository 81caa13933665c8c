import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { openLiveBlock } from "./live-block.ts";
import { liveLines } from "./progress.ts";
import type { Row } from "./task-groups.ts";

function row(label: string, changes: Partial<Row>): Row {
  const counts = { total: 1, completed: 0, failed: 0, cached: 0, over: 0, seconds: 1, message: "", changed: 0 };
  return { id: label, label, depth: 1, isFlow: false, state: "completed", ...counts, ...changes };
}

test("what runs and what has ended last stays in sight where there is little room", () => {
  const old = Array.from({ length: 20 }, (_, index) => row(`old ${index}`, { changed: index }));
  const rows = [
    row("flow", { depth: 0, isFlow: true, state: "running" }),
    ...old,
    row("now", { state: "running", changed: 1 }),
  ];
  const lines = liveLines(rows, 10);
  expect(lines).toEqual([
    "● flow  1.0 s",
    "  ✓ old 18  1.0 s",
    "  ✓ old 19  1.0 s",
    "  ● now  1.0 s",
    "  … and 18 more tasks",
  ]);
});

test("says how many of a task are over, failed, and were not run again", () => {
  const [line] = liveLines(
    [row("load", { state: "running", total: 40, over: 12, failed: 1, cached: 3, seconds: 75 })],
    24,
  );
  expect(line).toBe("  ● load  12/40, 1 failed, 3 from cache  1 min 15 s");
});

test("a block is drawn over the one before it, and cut to the terminal", () => {
  const terminal = Object.assign(new PassThrough(), { columns: 20 });
  const block = openLiveBlock(terminal as never);
  block.show(["first", "a line that is too long for it"]);
  block.show(["second"]);
  block.close();
  expect(String(terminal.read())).toBe("first\x1b[0m\na line that is too…\x1b[0m\n\r\x1b[2A\x1b[Jsecond\x1b[0m\n");
});
