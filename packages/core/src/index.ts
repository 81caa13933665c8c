export * from "./backoff.ts";
export * from "./clock.ts";
export * from "./duration.ts";
export * from "./ids.ts";
export * from "./run-names.ts";
export * from "./states.ts";
export * from "./timestamp.ts";
