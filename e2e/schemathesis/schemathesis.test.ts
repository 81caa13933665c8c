import { spawn } from "node:child_process";
import { dirname, join } from "node:path";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import type { RunningServer } from "../child-server.ts";
import { startOstinato } from "../server-process.ts";

/**
 * Schemathesis asks the server what its own OpenAPI document says may be asked, and what it says may not be. It needs a Python
 * with the packages of `requirements.txt`, which npm does not bring: `.ci/run` makes a virtual environment of them and names its
 * Python in SCHEMATHESIS_PYTHON. Without it these tests skip.
 */
const python = process.env.SCHEMATHESIS_PYTHON;

/** On each database. */
const maxSeconds = 110;

const checks = [
  "not_a_server_error",
  "status_code_conformance",
  "content_type_conformance",
  "response_headers_conformance",
  "response_schema_conformance",
];

describe.skipIf(python === undefined)("whatever the OpenAPI document describes", () => {
  describeOnEachDatabase("is answered as it says, and never by a failure of the server,", (database) => {
    let server: RunningServer;
    beforeAll(async () => {
      server = await startOstinato({ OSTINATO_DATABASE_URL: database.url });
    });
    afterAll(() => server.stop());

    test("for every operation that it can make up", { timeout: 3 * maxSeconds * 1000 }, async () => {
      const { code, output } = await runSchemathesis(dirname(python ?? ""), server);
      expect(code, output).toBe(0);
      const [, selected] = /Selected: (\d+)\//.exec(output) ?? [];
      expect(output).toContain(`Tested: ${selected}`);
    });
  });
});

async function runSchemathesis(folder: string, { apiUrl, folder: place }: RunningServer) {
  const options = {
    url: apiUrl,
    checks: checks.join(),
    phases: "coverage,fuzzing,stateful",
    "max-time": maxSeconds,
    "max-examples": 5,
    "request-timeout": 30,
    "suppress-health-check": "all",
    warnings: "off",
    seed: 1,
  };
  const list = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const child = spawn(
    join(folder, "schemathesis"),
    ["run", `${apiUrl}/openapi.json`, ...list, "--no-color", "--continue-on-failure"],
    // It leaves notes of its own where it is started.
    { cwd: place, stdio: ["ignore", "pipe", "pipe"] },
  );
  // Also where the time of the test is over: the server goes, and it would ask on.
  onTestFinished(() => void child.kill("SIGKILL"));
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (output += text));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  return { code, output };
}
