export { artifact, type CreatedArtifact, type ProgressArtifact } from "./artifact.ts";
export { addAssetMetadata, asset } from "./assets/asset.ts";
export type { Asset, AssetLike, AssetMetadata, AssetProperties } from "./assets/asset-options.ts";
export { block } from "./blocks/block.ts";
export type {
  AnyBlock,
  Block,
  BlockOptions,
  BlockValues,
  NamedBlock,
  Notification,
  SaveBlockOptions,
} from "./blocks/block-options.ts";
export { blocks } from "./blocks/known-blocks.ts";
export type { EmailServer as EmailServerValues, MessageBlock } from "./blocks/message-blocks.ts";
export { type SetVariableOptions, type VariableOptions, variable } from "./blocks/variable.ts";
export * from "./errors.ts";
export { emit } from "./events/emit.ts";
export { event } from "./events/event.ts";
export type {
  EmitOptions,
  EmittedEvent,
  EventOptions,
  ReceivedEvent,
  RelatedOptions,
  ResourceOptions,
} from "./events/event-options.ts";
export { backfill } from "./flow/backfill.ts";
export type { BackfillCounts, BackfillOptions, BackfillProgress } from "./flow/backfill-options.ts";
export type {
  BucketSource,
  CodeSource,
  DeployedFlow,
  DeployOptions,
  FileDeployOptions,
  FolderSource,
  GitSource,
  SetupCommands,
} from "./flow/deploy-options.ts";
export type {
  ConcurrencyOptions,
  CronTimes,
  DeploymentOptions,
  IntervalTimes,
  RRuleTimes,
  ScheduleOptions,
  ServeOptions,
  ServingOptions,
} from "./flow/deployment-options.ts";
export type { DeploymentRun, RunDeploymentOptions } from "./flow/deployment-run.ts";
export {
  type AnyFlow,
  describeFlow,
  type Flow,
  type FlowDescription,
  flow,
  isFlow,
  resumeRun,
  runFlow,
} from "./flow/flow.ts";
export type { FlowOptions } from "./flow/flow-definition.ts";
export { type Deploying, deploy, registerDeploying } from "./flow/flow-deploy.ts";
export { type FlowDeployment, registerServing, type Serving } from "./flow/flow-deployment.ts";
export { FlowFuture } from "./flow/flow-future.ts";
export { runDeployment } from "./flow/run-deployment.ts";
export { serve } from "./flow/serve.ts";
export { homeFolder } from "./home.ts";
export type { Argument, Arguments, Result } from "./inputs/argument-types.ts";
export type { ParameterSchema, ParametersIn, ParametersOut } from "./inputs/parameters.ts";
export { concurrency, rateLimit } from "./limits/concurrency.ts";
export type { ConcurrencySlotOptions, ConcurrencySlots, SlotOptions } from "./limits/slot-options.ts";
export { log } from "./logging/log.ts";
export { type Observation, type ObservedState, type Observer, observeRuns } from "./logging/observers.ts";
export type { Messages, ReceiveOptions, SendOptions } from "./pauses/message-options.ts";
export { receive, send } from "./pauses/messages.ts";
export { pause, suspend } from "./pauses/pause.ts";
export type { PauseOptions } from "./pauses/pause-options.ts";
export type { CacheBy, CacheCall, CacheOptions } from "./results/cache.ts";
export type { ResultStore, ResultWrite } from "./results/result-store.ts";
export { type CurrentFlowRun, type CurrentRun, type CurrentTaskRun, currentRun } from "./run/current-run.ts";
export { RunFuture } from "./run/future.ts";
export type { Hook, HookEvent, Hooks } from "./run/hooks.ts";
export type { KeyedConcurrency, Rate } from "./run/keyed-limits.ts";
export { type AllowedFailure, allowFailure } from "./run/links.ts";
export { Secret, secret } from "./secrets/secret.ts";
export {
  type Connection,
  defaultApiUrl,
  type LocalServer,
  registerLocalServer,
  registerSettings,
} from "./session/connection.ts";
export { registerDeputy } from "./session/deputy.ts";
export { closeSession, useConnection } from "./session/session.ts";
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
export { type Background, registerBackground, type WorkerOptions } from "./task/background.ts";
export type { DelayedRun } from "./task/delayed-run.ts";
export { type MapOptions, type Unmapped, unmapped } from "./task/map.ts";
export { MapFuture } from "./task/map-future.ts";
export { type MaterializeOptions, materialize } from "./task/materialize.ts";
export { type AnyTask, isTask, type Task, task, type WithOptions } from "./task/task.ts";
export type { TaskOptions } from "./task/task-definition.ts";
export { TaskFuture } from "./task/task-future.ts";
export type { RetryDelay } from "./task/task-retries.ts";
export { worker } from "./task/worker.ts";
export { currentTransaction, transaction } from "./transactions/transaction.ts";
export type {
  Transaction,
  TransactionHook,
  TransactionHooks,
  TransactionOptions,
  TransactionStep,
} from "./transactions/transaction-options.ts";
