export type { Argument, Arguments, Result } from "./argument-types.ts";
export { artifact, type CreatedArtifact, type ProgressArtifact } from "./artifact.ts";
export type { CacheBy, CacheCall, CacheOptions } from "./cache.ts";
export {
  type Connection,
  defaultApiUrl,
  type LocalServer,
  registerLocalServer,
  registerSettings,
} from "./connection.ts";
export { type CurrentFlowRun, type CurrentRun, type CurrentTaskRun, currentRun } from "./current-run.ts";
export { registerDeputy } from "./deputy.ts";
export * from "./errors.ts";
export {
  type AnyFlow,
  describeFlow,
  type Flow,
  type FlowDescription,
  flow,
  isFlow,
  resumeRun,
  runFlow,
} from "./flow.ts";
export type { FlowOptions } from "./flow-definition.ts";
export { FlowFuture } from "./flow-future.ts";
export { RunFuture } from "./future.ts";
export { homeFolder } from "./home.ts";
export type { Hook, HookEvent, Hooks } from "./hooks.ts";
export { type AllowedFailure, allowFailure } from "./links.ts";
export { log } from "./log.ts";
export { type MapOptions, type Unmapped, unmapped } from "./map.ts";
export { MapFuture } from "./map-future.ts";
export { type Observation, type ObservedState, type Observer, observeRuns } from "./observers.ts";
export type { ParameterSchema, ParametersIn, ParametersOut } from "./parameters.ts";
export type { ResultStore } from "./result-store.ts";
export { Secret, secret } from "./secret.ts";
export { closeSession, useConnection } from "./session.ts";
export {
  type CompletedState,
  cancelled,
  completed,
  type DeclaredState,
  type FinalState,
  failed,
  type RunState,
  type StateOptions,
  type UnsuccessfulState,
} from "./states.ts";
export { type Task, task, type WithOptions } from "./task.ts";
export type { TaskOptions } from "./task-definition.ts";
export { TaskFuture } from "./task-future.ts";
export type { RetryDelay } from "./task-retries.ts";
