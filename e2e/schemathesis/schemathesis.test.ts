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

/** Bounds for a machine that is busy with other things. */
const maxSeconds = 900;
/** How long random values are tried, on each database. */
const fuzzingSeconds = 20;

const checks = [
  "not_a_server_error",
  "status_code_conformance",
  "content_type_conformance",
  "response_headers_conformance",
  "response_schema_conformance",
];

/**
 * Which values at their limits each database gets. Most wrong values are refused before a database is asked: the one that is stricter about
 * them gets all, and the other one the right ones.
 */
const modes = { postgresql: "all", sqlite: "positive" };

describe.skipIf(python === undefined)("whatever the OpenAPI document describes", () => {
  describeOnEachDatabase("is answered as it says, and never by a failure of the server,", (database) => {
    let server: RunningServer;
    beforeAll(async () => {
      server = await startOstinato({ OSTINATO_DATABASE_URL: database.url });
    });
    afterAll(() => server.stop());

    const ask = (options: object) => runSchemathesis(dirname(python ?? ""), server, options);

    test("for every operation that it can make up, at the limits of its values", {
      timeout: maxSeconds * 1000,
    }, async () => {
      const { code, output } = await ask({ phases: "coverage", mode: modes[database.name] });
      expect(code, output).toBe(0);
      const [, selected] = /Selected: (\d+)\//.exec(output) ?? [];
      expect(output).toContain(`Tested: ${selected}`);
    });

    test("for random values, in as many operations as there is time for", { timeout: maxSeconds * 1000 }, async () => {
      const { code, output } = await ask({
        phases: "fuzzing,stateful",
        "max-time": fuzzingSeconds,
        "max-examples": 5,
      });
      expect(code, output).toBe(0);
    });
  });
});

async function runSchemathesis(folder: string, { apiUrl, folder: place }: RunningServer, asked: object) {
  const options = {
    ...asked,
    url: apiUrl,
    checks: checks.join(),
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
