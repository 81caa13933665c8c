import { defineConfig } from "vitest/config";

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
    // Tests of types are read by the compiler, with the whole program around them, and never run.
    typecheck: {
      enabled: true,
      include: ["packages/*/src/**/*.test-d.ts", "packages/*/src/**/*.types.test.ts"],
      checker: "tsc",
      // What is wrong elsewhere is for the step "types" of the gate to say.
      ignoreSourceErrors: true,
    },
    globalSetup: "packages/testing/src/vitest-setup.ts",
    // Two test files at a time, each in a process of its own. More only compete with the servers and browsers they start.
    pool: "forks",
    maxWorkers: 2,
    // Bounds for a machine that is busy with other things; nothing waits for them when all goes well.
    testTimeout: 30_000,
    hookTimeout: 60_000,
    teardownTimeout: 30_000,
    expect: { poll: { timeout: 20_000 } },
  },
});
