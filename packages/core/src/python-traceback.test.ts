import { expect, test } from "vitest";
import { exceptionSentence, lastLines, shortenedText, tracebackIn } from "./python-traceback.ts";

const chained = `Encountered exception during execution: RuntimeError('not loaded')
Traceback (most recent call last):
  File "/w/a.py", line 3, in read
    return rows["a"]
           ~~~~^^^^^
KeyError: 'a'

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "/w/a.py", line 5, in read
    raise ValueError("no such column\\nin this file")
ValueError: no such column
in this file

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "/w/a.py", line 9, in load
    raise RuntimeError("not loaded") from error
RuntimeError: not loaded`;

const group = `  + Exception Group Traceback (most recent call last):
  |   File "/w/b.py", line 7, in <module>
  |     raise ExceptionGroup("several", errors)
  | ExceptionGroup: several (2 sub-exceptions)
  +-+---------------- 1 ----------------
    | Traceback (most recent call last):
    |   File "/w/b.py", line 3, in <module>
    |     raise ValueError("a")
    | ValueError: a
    +---------------- 2 ----------------
    | Traceback (most recent call last):
    |   File "/w/b.py", line 4, in <module>
    |     int("x")
    | TypeError: b
    +------------------------------------`;

test("the exception that came last is said first, then what led to it", () => {
  expect(exceptionSentence(tracebackIn(chained) ?? "")).toBe(
    "RuntimeError: not loaded (cause: ValueError: no such column\nin this file (while handling: KeyError: 'a'))",
  );
});

test("a group is said with its members", () => {
  expect(exceptionSentence(group)).toBe("ExceptionGroup: several (2 sub-exceptions) (ValueError: a; TypeError: b)");
});

test("a text without a traceback has none", () => {
  expect(tracebackIn("ValueError: boom")).toBeUndefined();
});

test("the last lines are kept", () => {
  expect(lastLines("a\nb\nc\nd\n", 3)).toBe("…\nc\nd");
  expect(lastLines("a\nb", 3)).toBe("a\nb");
});

test("a long traceback keeps its heading and its end, another text its beginning", () => {
  const frames = Array.from({ length: 1000 }, (_, line) => `  File "/w/a.py", line ${line}, in again`).join("\n");
  const cut = shortenedText(`failed\nTraceback (most recent call last):\n${frames}\nRecursionError: too deep`, 500);
  expect(cut).toMatch(/^failed\nTraceback \(most recent call last\):\n… \(\d+ more characters\)\n/);
  expect(cut).toMatch(/\nRecursionError: too deep$/);
  expect(cut.length).toBeLessThan(540);
  expect(shortenedText("x".repeat(600), 500)).toBe(`${"x".repeat(500)}… (100 more characters)`);
});
