import type { BackgroundTask } from "@ostinato/protocol";
import { type RecordingServer, startRecordingServer } from "@ostinato/testing/recording-server";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { makeWorkplace, type Workplace } from "../../test/command.ts";

// Whoever waits for programs on a busy machine waits long.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const images = `
import { task } from "ostinato";
export const resize = task(async function resize(width) { return 2 * width; });
export const width = 640;
`;
const upload = `
import { flow } from "ostinato";
import { resize } from "./images.ts";
export const upload = flow(async function upload() {
  const run = await resize.delay(21);
  return { width: await run.result() };
});
`;

let server: RecordingServer;
let place: Workplace;
beforeAll(async () => {
  server = await startRecordingServer();
  place = makeWorkplace({ OSTINATO_API_URL: process.env.OSTINATO_API_URL, OSTINATO_LOG_LEVEL: "info" });
  place.write("images.ts", images);
  place.write("empty.ts", "export const nothing = 1;");
});
afterAll(async () => {
  place.dispose();
  await server[Symbol.asyncDispose]();
});

const list = async (): Promise<BackgroundTask[]> => JSON.parse((await place.run("task", "ls", "--json")).stdout);

test("task serve is a worker of the tasks of a file, and ends when it is told to", async () => {
  const { stdout } = await place.run("task", "ls");
  expect(stdout).toContain("No task has delayed runs or workers.");
  const serving = place.start("task", "serve", "images.ts", "--limit", "3");
  await serving.printed("working on resize, up to 3 at once");
  await vi.waitFor(async () => expect((await list())[0]?.workers).toHaveLength(1), { timeout: 60_000 });
  expect((await place.run("task", "ls")).stdout).toMatch(
    /^TASK +WAITING +SINCE +LATER +RUNNING +WORKERS\nresize-[\w-]{8} +0 /,
  );
  place.write("upload.ts", upload);
  const { stdout: outcome } = await place.run("run", "upload.ts", "--json");
  expect(JSON.parse(outcome)).toMatchObject({ result: { width: 42 } });
  serving.child.kill("SIGTERM");
  expect((await serving.finished).code).toBe(0);
});

test.each([
  { target: "images.ts:resise", says: 'images.ts has no export "resise". Did you mean "resize"?' },
  { target: "images.ts:width", says: "width of images.ts is not a task. Its tasks are: resize." },
  { target: "empty.ts", says: "empty.ts exports no tasks." },
])("task serve $target says what is wrong", async ({ target, says }) => {
  const { stderr, code } = await place.run("task", "serve", target);
  expect(stderr).toContain(says);
  expect(code).toBe(2);
});
