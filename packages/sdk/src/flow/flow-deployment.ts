import type { Claim } from "@ostinato/client/flow-run-states";
import { UsageError } from "../errors.ts";
import type { BackfillCounts, BackfillOptions } from "./backfill-options.ts";
import type { DeploymentOptions, ServeOptions, ServingOptions } from "./deployment-options.ts";
import type { DeploymentCall, DeploymentRun } from "./deployment-run.ts";
import type { FlowDefinition } from "./flow-definition.ts";
import type { FlowFuture } from "./flow-future.ts";

/** What `flow.toDeployment()` returns and `serve()` takes. */
export interface FlowDeployment {
  readonly flowName: string;
  readonly name: string;
}

/** A flow with the options of its deployment, in the form that serving uses. */
export interface DeploymentDefinition extends FlowDeployment {
  readonly flow: FlowDefinition;
  readonly options: DeploymentOptions;
}

export function defineDeployment(flow: FlowDefinition, options: unknown): DeploymentDefinition {
  const { name } = Object(options) as Partial<DeploymentOptions>;
  if (typeof name !== "string" || name === "") {
    throw new UsageError(
      `A deployment of flow "${flow.name}" needs a name: ${flow.name}.serve({ name: "nightly", cron: "0 2 * * *" })`,
    );
  }
  return { flowName: flow.name, name, flow, options: options as DeploymentOptions };
}

export function isDeployment(value: unknown): value is DeploymentDefinition {
  return typeof value === "object" && value !== null && "flow" in value && "options" in value;
}

/** The part of this package that serves. */
export interface Serving {
  /** Loads it: a program that only runs its flows does not need it. */
  load(): Promise<{
    serveDeployments(
      deployments: readonly DeploymentDefinition[],
      options: ServingOptions & { readonly program: URL },
    ): Promise<void>;
    runDeployment(call: DeploymentCall): Promise<DeploymentRun>;
    backfill(deployment: string, options: BackfillOptions): Promise<BackfillCounts>;
  }>;
  /** The program that executes one run. */
  readonly program: URL;
}

export function registerServing(registered: Serving): void {
  serving = registered;
}

let serving: Serving | undefined;

export function registeredServing(): Serving {
  if (serving === undefined) throw new Error("serving is not registered");
  return serving;
}

const optionsOfProcess: Readonly<Record<keyof ServingOptions, true>> = {
  limit: true,
  pauseOnShutdown: true,
  shutdownTimeout: true,
  killAfter: true,
  signal: true,
};

/** Serves a flow with the options of its deployment and of the process. */
export async function serveFlow(flow: FlowDefinition, options: ServeOptions): Promise<void> {
  const entries = Object.entries(Object(options));
  const isOfProcess = ([name]: [string, unknown]) => Object.hasOwn(optionsOfProcess, name);
  const deployment = defineDeployment(flow, Object.fromEntries(entries.filter((entry) => !isOfProcess(entry))));
  await serveAll([deployment], Object.fromEntries(entries.filter(isOfProcess)));
}

/**
 * Serves the deployments until the process is told to stop. In the process of one run it serves nothing: it hands the flow over to that run,
 * and resolves when the run has ended.
 */
export async function serveAll(deployments: readonly DeploymentDefinition[], options: ServingOptions): Promise<void> {
  const process = runProcess();
  if (process !== undefined) return await process.onServe(deployments);
  const { program, load } = registeredServing();
  return await (await load()).serveDeployments(deployments, { ...options, program });
}

/** What the process of a served run hears of the file that it loads. */
export interface RunProcess {
  onFlow(flow: FlowDefinition, maker: FlowMaker): void;
  /** The file serves these flows itself. */
  onServe(deployments: readonly DeploymentDefinition[]): Promise<void>;
}

/** The copy of this package that made a flow, and so runs it. */
export interface FlowMaker {
  resume(flowRunId: string, claim: Claim | undefined): FlowFuture<unknown>;
  close(): Promise<void>;
}

/** Kept under a global symbol, so that two copies of this package in one program agree on it. */
const key = Symbol.for("ostinato.runProcess");
const holder = globalThis as { [key]?: RunProcess };

export function runProcess(): RunProcess | undefined {
  return holder[key];
}

export function becomeRunProcess(process: RunProcess): void {
  holder[key] = process;
}
