import { configDefaults, defineConfig } from "vitest/config";
import { LongestFirst } from "./packages/testing/src/longest-first.ts";

const tests = [
  "packages/*/src/**/*.test.{ts,tsx}",
  "packages/*/test/**/*.test.ts",
  "integrations/*/src/**/*.test.ts",
  "scripts/**/*.test.ts",
  "examples/*/**/*.test.ts",
  "e2e/**/*.test.ts",
  "bench/**/*.test.ts",
];

/** What keeps nothing in its process. The SDK does: its runs, its session, the secrets that it has revealed. */
const parts = ["packages/{core,job-templates,protocol,schedules,server,templates}/src/**/*.test.ts"];

const components = ["packages/ui/src/**/*.test.{ts,tsx}"];

export default defineConfig({
  test: {
    // Tests of types are read by the compiler and never run.
    typecheck: {
      enabled: true,
      include: ["packages/*/src/**/*.test-d.ts", "packages/*/src/**/*.types.test.ts"],
      checker: "tsc",
      // The program of these tests and what they import: the whole repository takes twice the time, and more memory.
      tsconfig: "tsconfig.type-tests.json",
      // What is wrong elsewhere is for the step "types" of the gate to say.
      ignoreSourceErrors: true,
    },
    globalSetup: "packages/testing/src/vitest-setup.ts",
    // three test files at a time: two keep two cores busy, and the third works where they wait for a program or
    // for a moment.
    pool: "forks",
    maxWorkers: 3,
    // Node itself loads the modules, as it does for users.
    experimental: { viteModuleRunner: false },
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        extends: true,
        test: { name: "programs", include: tests, exclude: [...configDefaults.exclude, ...parts, ...components] },
      },
      {
        extends: true,
        // Node reads no JSX.
        test: {
          name: "components",
          include: components,
          experimental: { viteModuleRunner: true },
          typecheck: { enabled: false },
        },
      },
      {
        extends: true,
        // A process goes on with the next file: to load the server anew for each took nearly half of the time of its tests.
        test: { name: "parts", include: parts, isolate: false, typecheck: { enabled: false } },
      },
    ],
    // Bounds for a machine that is busy with other things; nothing waits for them when all goes well.
    testTimeout: 30_000,
    hookTimeout: 60_000,
    teardownTimeout: 30_000,
    expect: { poll: { timeout: 20_000 } },
  },
});
