import { execFile } from "node:child_process";
import { cp, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { expected, kinds, type Program } from "../test/fixtures/reuse/random-program.ts";

let folder: string;
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "ostinato-reuse-")));
});
afterEach(async () => {
  await rm(folder, { recursive: true, maxRetries: 5 });
});

const step = fc.record({
  kind: fc.constantFrom(...kinds),
  who: fc.nat(2),
  changes: fc.boolean(),
});
const order = fc.array(fc.nat(9), { minLength: 1, maxLength: 6 });
const program: fc.Arbitrary<Program> = fc.record({
  branches: fc.array(fc.array(step, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 4 }),
  orders: fc.tuple(order, order, order),
  failures: fc.tuple(fc.nat(10), fc.nat(10)),
});

interface Report {
  readonly results: readonly { readonly id: string; readonly lists: string[][] | null }[];
  readonly calls: number;
  readonly steps: number;
}

/** Runs the programs in a process of their own, from a copy of the project in a folder of its own. */
async function runIn(place: string, programs: readonly Program[], ids: readonly string[] = []): Promise<Report> {
  const project = join(folder, place);
  await cp(fileURLToPath(new URL("../test/fixtures/reuse", import.meta.url)), project, { recursive: true });
  await writeFile(join(project, "package.json"), JSON.stringify({ name: "programs", type: "module" }));
  const modules = fileURLToPath(new URL("../../../node_modules", import.meta.url));
  await symlink(modules, join(project, "node_modules"), "junction");
  const file = join(project, "programs.json");
  await writeFile(file, JSON.stringify(programs));
  const { OSTINATO_API_URL: _, PREFECT_API_URL: __, NODE_OPTIONS: ___, ...inherited } = process.env;
  // The default address is one where nobody listens.
  const env = { ...inherited, OSTINATO_HOME: folder, OSTINATO_SERVER_PORT: "9", OSTINATO_LOG_LEVEL: "off" };
  const run = promisify(execFile);
  const { stdout } = await run(process.execPath, [join(project, "random-programs.ts"), file, ...ids], { env });
  return JSON.parse(stdout) as Report;
}

test("what is used again equals what would have been computed, whatever the program, in another process and folder too", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(program, { minLength: 25, maxLength: 25 }), async (programs) => {
      const failed = await runIn("here", programs);
      expect(failed.results.every(({ lists }) => lists === null)).toBe(true);
      const done = await runIn(
        "elsewhere",
        programs,
        failed.results.map(({ id }) => id),
      );
      expect(done.results.map(({ lists }) => lists)).toEqual(programs.map((one) => expected(one, 3)));
      // Else nothing was used again, and the rest is no test.
      expect(done.calls).toBeLessThan(done.steps);
      await rm(join(folder, "here"), { recursive: true });
      await rm(join(folder, "elsewhere"), { recursive: true });
    }),
    { numRuns: 1, endOnFailure: true },
  );
}, 300_000);
