import { LastLines } from "ostinato/driver";
import { expect, test } from "vitest";
import { type EndedContainer, startFailure, verdictOf } from "./container-end.ts";

function ended(
  given: Partial<Omit<EndedContainer, "lastLines">> & { readonly lines?: readonly string[] },
): EndedContainer {
  const { lines = [], ...fields } = given;
  const lastLines = new LastLines();
  for (const line of lines) lastLines.add(line);
  return { exitCode: 0, isOutOfMemory: false, error: "", memoryLimitBytes: 0, program: "python", lastLines, ...fields };
}

test.each([
  { title: "0", given: {}, reason: "exited", says: "ended with exit code 0 before the run did" },
  { title: "1", given: { exitCode: 1, lines: ["boom"] }, reason: "exited", says: "It last wrote:\nboom" },
  {
    title: "137 for lack of memory",
    given: { exitCode: 137, isOutOfMemory: true, memoryLimitBytes: 536_870_912 },
    reason: "out-of-memory",
    says: "ran out of memory (limit 512 MiB)",
  },
  {
    title: "137 without a limit",
    given: { exitCode: 137, isOutOfMemory: true },
    reason: "out-of-memory",
    says: "ran out of memory. Raise",
  },
  { title: "137", given: { exitCode: 137 }, reason: "killed", says: "ended by SIGKILL (exit code 137)" },
  {
    title: "137 within a limit that the engine did not see reached",
    given: { exitCode: 137, memoryLimitBytes: 536_870_912 },
    reason: "killed",
    says: "or the machine or the container ran out of memory (limit 512 MiB).",
  },
  { title: "143", given: { exitCode: 143 }, reason: "killed", says: "ended by SIGTERM (exit code 143)" },
  {
    title: "127 of a shell",
    given: { exitCode: 127, lines: ["sh: foo: not found"] },
    reason: "exited",
    says: "by which shells say that a command was not found",
  },
  {
    title: "127 of tini",
    given: { exitCode: 127, lines: ["[FATAL tini (7)] exec python failed: No such file or directory"] },
    reason: "not-started",
    says: 'The command "python" was not found in the image',
  },
  {
    title: "126 of tini",
    given: { exitCode: 126, lines: ["[FATAL tini (7)] exec python failed: Permission denied"] },
    reason: "not-started",
    says: 'The command "python" can\'t be executed in the image',
  },
  {
    title: "127 of the engine",
    given: { exitCode: 127, error: 'exec: "python": executable file not found in $PATH' },
    reason: "not-started",
    says: 'The command "python" was not found in the image',
  },
  {
    title: "125 of the engine",
    given: { exitCode: 125, error: "no space left on device" },
    reason: "not-started",
    says: "could not start: no space left on device",
  },
])("exit code $title", ({ given, reason, says }) => {
  const { end } = verdictOf(ended(given), false);
  expect(end.reason).toBe(reason);
  expect(end.message).toContain(says);
});

test.each([0, 1, 137, 143])("a container that the worker stopped was stopped, also with exit code %d", (exitCode) => {
  const { end } = verdictOf(ended({ exitCode, isOutOfMemory: exitCode === 1 }), true);
  expect(end).toMatchObject({ reason: "stopped", exitCode });
});

test("a child that was killed for lack of memory is a warning, whatever the exit code is", () => {
  for (const exitCode of [0, 1]) {
    const { end, warning } = verdictOf(ended({ exitCode, isOutOfMemory: true, memoryLimitBytes: 16_777_216 }), false);
    expect(end.reason).toBe("exited");
    expect(warning).toContain("for lack of memory (limit 16 MiB), but not its main process");
  }
  expect(verdictOf(ended({ exitCode: 137, isOutOfMemory: true }), false).warning).toBeUndefined();
});

test("what the engine says about a start is passed on", () => {
  expect(startFailure("driver failed programming external connectivity")).toBe(
    "The run's container could not start: driver failed programming external connectivity",
  );
});
