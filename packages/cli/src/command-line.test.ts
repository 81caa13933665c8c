import { expect, test } from "vitest";
import manifest from "../package.json" with { type: "json" };
import { bin, workplace } from "../test/command.ts";

test("says its version in a line, and for programs", async () => {
  const { run } = workplace();
  const plain = await run("version");
  expect(plain).toMatchObject({ code: 0, stderr: "" });
  expect(plain.stdout).toBe(`ostinato ${manifest.version} (Node ${process.versions.node})\n`);
  const json = await run("version", "--json");
  expect(JSON.parse(json.stdout)).toEqual({ ostinato: manifest.version, node: process.versions.node });
});

test("an older Node is told in one sentence which one is needed", async () => {
  const { runWith } = workplace();
  const older = "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '22.4.1' } })";
  const options = { env: { NODE_OPTIONS: `--import="data:text/javascript,${encodeURIComponent(older)}"` } };
  const { code, stdout, stderr } = await runWith(options, "version");
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toMatch(/^Ostinato needs Node 24 or newer, but this is Node 22\.4\.1 \(.*\)\. Install a newer one/);
  expect(stderr.trim().split("\n")).toHaveLength(1);
  expect(bin).toMatch(/\.mjs$/);
});

test("shows how it is used, with examples and exit codes", async () => {
  const { run } = workplace();
  const { code, stdout } = await run("--help");
  expect(code).toBe(0);
  for (const word of ["server", "run", "flow-run", "task-run", "artifact", "config", "Examples:", "Exit codes:"]) {
    expect(stdout).toContain(word);
  }
  expect((await run("flow-run", "logs", "--help")).stdout).toContain("--follow");
});

test.each([
  { args: ["flwo"], says: "Error: Unknown command 'flwo'\n(Did you mean flow?)" },
  { args: ["flow-run", "lst"], says: "(Did you mean ls?)" },
  { args: ["flow", "ls", "--limmit", "3"], says: "(Did you mean --limit?)" },
  { args: ["flow", "ls", "--limit", "0"], says: "Give a whole number from 1 to" },
  { args: ["server", "start", "--port", "80000"], says: "Give a whole number from 0 to 65535." },
  { args: ["run"], says: "Error: Missing required argument 'file[:export]'" },
  { args: ["flow-run", "ls", "--state", "faild"], says: 'There is no state "faild". Did you mean "Failed"?' },
  { args: ["flow-run", "logs", "x", "--level", "loud"], says: 'There is no log level "loud". There are: debug, info' },
  { args: ["task-run", "inspect", "x"], says: '"x" is not the id of a task run.' },
])("wrong use is answered with what exists: $args", async ({ args, says }) => {
  const { run } = workplace({ OSTINATO_API_URL: "http://127.0.0.1:1/api" });
  const { code, stdout, stderr } = await run(...args);
  expect(stderr).toContain(says);
  expect(stderr).not.toMatch(/^\s+at /m);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
});

test("a server that is set and does not answer is named, with what to do", async () => {
  const { run } = workplace({ OSTINATO_API_URL: "http://127.0.0.1:1/api" });
  const { code, stderr } = await run("flow", "ls");
  expect(stderr).toMatch(/^Error: No Ostinato server answers at http:\/\/127\.0\.0\.1:1\/api \(.*\)\. Start one with/);
  expect(code).toBe(1);
});

test("has colours where it is asked for them, and none in a file", async () => {
  const { run, runWith } = workplace();
  expect((await run("config", "view")).stdout).not.toContain("\x1b[");
  expect((await runWith({ env: { FORCE_COLOR: "1" } }, "config", "view")).stdout).toContain("\x1b[");
});
