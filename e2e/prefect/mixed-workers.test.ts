import { delimiter, dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RunningServer } from "../child-server.ts";
import { clients, factsOf } from "./clients.ts";

/** A worker of Prefect and a worker of Ostinato serve one pool, whose deployments are flows of Python and of TypeScript. */
for (const { title, python, start } of clients) {
  describe.skipIf(python === undefined)(`a worker of Prefect beside one of Ostinato, ${title}`, () =>
    tellsOf(python ?? "", start),
  );
}

/** Then the program is ended, and what it was asked says so. */
const programSeconds = 420;

const commands = fileURLToPath(new URL("../../node_modules/.bin", import.meta.url));

interface Executed {
  readonly log: readonly string[];
}

interface Facts {
  readonly by_ostinato: { readonly python: Executed; readonly typescript: Executed };
  readonly by_prefect: { readonly typescript: Executed };
  readonly shared: unknown;
}

function tellsOf(python: string, start: () => Promise<RunningServer>): void {
  let server: RunningServer;
  let facts: Facts;

  beforeAll(
    async () => {
      server = await start();
      facts = await factsOf<Facts>({
        program: "mixed_workers.py",
        python,
        server,
        seconds: programSeconds,
        environment: { PATH: [dirname(python), commands, process.env.PATH].join(delimiter) },
      });
    },
    (programSeconds + 120) * 1000,
  );
  afterAll(() => server?.stop());

  test("Ostinato's worker runs a flow of Python that prefect deploy has deployed", () => {
    expect(facts.by_ostinato.python).toMatchObject({
      message: null,
      parameters: { rows: 3 },
      pid: true,
      worker: { "prefect.worker.name": "of-ostinato", "prefect.worker.type": "process" },
      log: expect.arrayContaining([
        "prefect.flow_runs: Deployment step 'run_shell_script' completed successfully",
        "prefect.flow_runs: Deployment step 'set_working_directory' completed successfully",
        "prefect.flow_runs: loads 3 rows by the night",
        "prefect.flow_runs: Finished in state Completed()",
      ]),
    });
  });

  test("Ostinato's worker runs a flow of TypeScript", () => {
    expect(facts.by_ostinato.typescript).toMatchObject({
      parameters: { rows: 2 },
      pid: true,
      worker: { "prefect.worker.name": "of-ostinato", "prefect.worker.type": "process" },
      log: expect.arrayContaining(linesOfCount),
    });
  });

  test("Prefect's worker runs the same flow of TypeScript by the command in its job variables", () => {
    expect(facts.by_prefect.typescript).toMatchObject({
      parameters: { rows: 2 },
      pid: true,
      worker: { "prefect.worker.name": "of-prefect", "prefect.worker.type": "process" },
      log: expect.arrayContaining([
        "prefect.flow_runs.worker: Worker 'of-prefect' submitting flow run 'ID'",
        ...linesOfCount,
      ]),
    });
  });

  test("both share the runs of a pool, and each run begins once", () => {
    expect(facts.shared).toEqual({
      at_once: { "of-prefect": 2, "of-ostinato": 2 },
      ended: { Completed: 12 },
      began_once: true,
      counted_once: true,
      workers: ["of-ostinato", "of-prefect"],
    });
  });
}

const linesOfCount: string[] = [
  "ostinato.flow_runs: set_working_directory: FOLDER",
  'ostinato.flow_runs: started flow "count": SERVER/runs/flow-run/ID',
  "ostinato.flow_runs: completed",
];
