// The part for users outside this repository: no browser, no PostgreSQL, no test runner.
export * from "./clock.ts";
export * from "./suites/driver.suite.ts";
export * from "./suites/result-store.suite.ts";
