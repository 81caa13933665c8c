import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";

const script = fileURLToPath(new URL("./demo.ts", import.meta.url));

async function demo(...args: readonly string[]) {
  const home = mkdtempSync(join(tmpdir(), "ostinato-demo-"));
  onTestFinished(() => rmSync(home, { recursive: true, force: true, maxRetries: 5 }));
  const env = { ...process.env, OSTINATO_HOME: home };
  const failed = (error: unknown) => error as { code: number; stdout: string; stderr: string };
  const finished = promisify(execFile)(process.execPath, [script, ...args], { env, encoding: "utf8" });
  return await finished.then((output) => ({ code: 0, ...output }), failed);
}

test("a port that is taken is named, with what to type instead", async () => {
  const other = createServer((socket) => socket.end());
  other.listen(0, "127.0.0.1");
  await once(other, "listening");
  onTestFinished(() => void other.close());
  const { port } = other.address() as { port: number };
  const { code, stdout, stderr } = await demo("--once", "--port", String(port));
  expect(stderr).toMatch(
    new RegExp(
      `^Error: Port ${port} is taken by another program\\. End it, or choose another port: npm run demo -- --port \\d+$`,
      "m",
    ),
  );
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
});

test.each([
  [["--port", "many"], "--port many: give a whole number from 0 to 65535."],
  [["--prot", "4300"], "Unknown option '--prot'"],
])("%j is refused", async (args, says) => {
  const { code, stderr } = await demo(...args);
  expect(stderr).toContain(says);
  expect(code).toBe(1);
});
