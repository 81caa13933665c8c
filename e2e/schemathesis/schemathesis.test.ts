import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import type { RunningServer } from "../child-server.ts";
import { repository } from "../product.ts";
import { startOstinato } from "../server-process.ts";

/**
 * Schemathesis asks the server what its own OpenAPI document says may be asked, and what it says may not be. It needs a Python
 * with the packages of `requirements.txt`, which npm does not bring: `.ci/run` makes a virtual environment of them and names its
 * Python in SCHEMATHESIS_PYTHON. Without it these tests skip.
 */
const python = process.env.SCHEMATHESIS_PYTHON;

/** A bound for a machine that is busy with other things. */
const maxSeconds = 900;

const checks = [
  "not_a_server_error",
  "status_code_conformance",
  "content_type_conformance",
  "response_headers_conformance",
  "response_schema_conformance",
];

/**
 * Operations that take the filters of all four kinds of rows, as `POST /flow_runs/filter` does, and get over a thousand values each for them.
 * The filters have one reader and one translation to SQL, so each of these operations is asked on one of the databases.
 */
const sameFilters = {
  postgresql: "^/(flow_runs|flows|deployments)/(paginate|count|lateness)$|^/artifacts/latest/",
  sqlite:
    "^/(task_runs|artifacts)/(paginate|count|history)$|^/flow_runs/history$|^/ui/(flow_runs|task_runs)/[^{]+$|^/ui/failures$",
};
const elsewhere = { postgresql: sameFilters.sqlite, sqlite: sameFilters.postgresql };

describe.skipIf(python === undefined)("whatever the OpenAPI document describes", () => {
  describeOnEachDatabase("is answered as it says, and never by a failure of the server,", (database) => {
    let server: RunningServer;
    beforeAll(async () => {
      server = await startOstinato({ OSTINATO_DATABASE_URL: database.url });
    });
    afterAll(() => server.stop());

    const ask = (options: object) => runSchemathesis(dirname(python ?? ""), server, options);

    test("at the limits of right and wrong values", { timeout: maxSeconds * 1000 }, async () => {
      const { code, output } = await ask({ phases: "coverage", "exclude-path-regex": elsewhere[database.name] });
      expect(code, output).toBe(0);
      expect(operations("Tested", output)).toBe(operations("Selected", output));
    });

    test("for random values", { timeout: maxSeconds * 1000 }, async () => {
      const { code, output } = await ask({ phases: "fuzzing", "max-examples": 5 });
      expect(code, output).toBe(0);
      expect(operations("Tested", output)).toBe(operations("Selected", output));
    });

    test("in sequences that go on with what an answer names", { timeout: maxSeconds * 1000 }, async () => {
      const { code, output } = await ask({ phases: "stateful", "max-examples": 150 });
      expect(code, output).toBe(0);
      expect(Number(/API Links: +(\d+) covered/.exec(output)?.[1]), output).toBeGreaterThan(0);
    });
  });
});

test("no operation is left out on both databases", () => {
  const document = JSON.parse(readFileSync(join(repository, "docs/openapi.json"), "utf8"));
  const leftOut = (database: keyof typeof elsewhere) =>
    Object.keys(document.paths).filter((path) => new RegExp(elsewhere[database]).test(path));
  expect(leftOut("sqlite").length).toBeGreaterThan(5);
  expect(leftOut("postgresql").filter((path) => leftOut("sqlite").includes(path))).toEqual([]);
});

/** How many operations the summary of a run says were selected, or tested. */
function operations(which: "Selected" | "Tested", output: string): number {
  return Number(new RegExp(`${which}: (\\d+)`).exec(output)?.[1]);
}

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
