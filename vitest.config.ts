import { defineConfig } from "vitest/config";
import { LongestFirst } from "./packages/testing/src/longest-first.ts";

export default defineConfig({
  test: {
    include: [
      "packages/*/src/**/*.test.{ts,tsx}",
      "packages/*/test/**/*.test.ts",
      "integrations/*/src/**/*.test.ts",
      "scripts/**/*.test.ts",
      "examples/*/**/*.test.ts",
      "e2e/**/*.test.ts",
      "bench/**/*.test.ts",
    ],
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
    // three test files at a time, each in a process of its own: two keep two cores busy, and the third works where they wait for a program or
    // for a moment.
    pool: "forks",
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    // Bounds for a machine that is busy with other things; nothing waits for them when all goes well.
    testTimeout: 30_000,
    hookTimeout: 60_000,
    teardownTimeout: 30_000,
    expect: { poll: { timeout: 20_000 } },
  },
});
