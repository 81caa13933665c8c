// What others than this repository's own tests may use: no browser, no PostgreSQL, no test runner.
export * from "./clock.ts";
export * from "./suites/result-store.suite.ts";
