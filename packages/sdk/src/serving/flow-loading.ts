import { chooseFlow, systemFailure } from "@ostinato/core";
import { UsageError } from "../errors.ts";
import { failureMessage } from "../failures/failure-text.ts";
import { definitionOf, isFlow } from "../flow/flow.ts";
import type { FlowDefinition } from "../flow/flow-definition.ts";
import { becomeRunProcess, type DeploymentDefinition, type FlowMaker } from "../flow/flow-deployment.ts";
import { onTopLevelCall } from "../flow/top-level-calls.ts";
import { type Exports, importProgram, LoadError, shorten } from "./program-file.ts";

/** The flow that the process of a run loads. */
export interface WantedFlow {
  /** The file that makes the flow. */
  readonly file: string;
  readonly flowName: string;
  /** The name of the deployment, by which a file that serves several variants of a flow is understood. */
  readonly deploymentName: string;
  /** An export of the file, or the name of one of its flows; undefined where the name of the flow has to do. */
  readonly exportName?: string | undefined;
}

export interface MadeFlow {
  readonly flow: FlowDefinition;
  readonly maker: FlowMaker;
}

export interface LoadedFlow {
  /** Rejects where the file cannot be loaded, or does not have the flow. */
  readonly found: Promise<MadeFlow>;
  /** Resolves when the file has been evaluated to its end, which is after the run where the file awaits `serve()`. */
  readonly rest: Promise<void>;
}

/** How long the file may take to load. */
const loadingMillis = 300_000;

/**
 * Loads the file, and finds the flow among those that it makes, or among those that it serves. What the file awaits from `serve()` resolves
 * with `ended`.
 */
export function loadFlow(wanted: WantedFlow, ended: Promise<void>): LoadedFlow {
  const made: MadeFlow[] = [];
  const found = Promise.withResolvers<MadeFlow>();
  becomeRunProcess({
    onFlow: (flow, maker) => void made.push({ flow, maker }),
    onServe(deployments) {
      const served = deployments.find((one) => isWanted(one, wanted));
      const own = made.find(({ flow }) => flow === served?.flow);
      if (own !== undefined) found.resolve(own);
      return ended;
    },
  });
  refuseTopLevelCalls(wanted.file);
  const rest = importProgram(wanted.file).then((exports) => {
    const flow = chosen(wanted, { made, exports });
    if (flow === undefined) found.reject(new UsageError(noFlow(wanted, { made, exports })));
    else found.resolve(flow);
  }, found.reject);
  const stopWaiting = boundLoading(wanted.file, found.reject);
  const stop = () => {
    stopWaiting();
    onTopLevelCall(undefined);
  };
  found.promise.then(stop, stop);
  return { found: found.promise, rest };
}

/** What to say where a file cannot be loaded. The message of a `LoadError` contains that of its cause. */
export function loadingMessage(error: unknown): string {
  return error instanceof LoadError ? error.message : failureMessage(error);
}

/** What to say of an error that nobody caught while the file was loaded. */
export function uncaughtMessage(file: string, error: unknown): string {
  return `${shorten(file)} could not be loaded: ${systemFailure(error) ?? failureMessage(error)}. The file is loaded in the process of each run: what a run does not need, such as a server on a port, belongs under if (import.meta.main).`;
}

interface Loaded {
  readonly made: readonly MadeFlow[];
  readonly exports: Exports;
}

function isWanted({ flow, name }: DeploymentDefinition, { flowName, deploymentName }: WantedFlow): boolean {
  return flow.name === flowName && name === deploymentName;
}

function chosen({ file, flowName, exportName }: WantedFlow, { made, exports }: Loaded): MadeFlow | undefined {
  const choice = exportName === undefined ? undefined : chooseFlow({ exports, isFlow, wanted: exportName });
  if (choice?.kind === "flow") {
    const definition = definitionOf(choice.flow);
    return made.find(({ flow }) => flow === definition);
  }
  const named = made.filter(({ flow }) => flow.name === (exportName ?? flowName));
  return named.find((one) => one.flow.file === file) ?? named[0];
}

function refuseTopLevelCalls(file: string): void {
  onTopLevelCall(({ flowName }) => {
    throw new UsageError(
      `${shorten(file)} runs flow "${flowName}" itself when it is loaded, and it is loaded in the process of each run. Limit that to direct starts: if (import.meta.main) await ${flowName}(…)`,
    );
  });
}

/** A file that never finishes loading has no flow to run. */
function boundLoading(file: string, reject: (error: Error) => void): () => void {
  const unsettled = () =>
    reject(new UsageError(`${shorten(file)} waits at its top level for a promise that never settles.`));
  const tooLong = setTimeout(
    () => reject(new UsageError(`${shorten(file)} did not finish loading within ${loadingMillis / 60_000} minutes.`)),
    loadingMillis,
  ).unref();
  process.once("beforeExit", unsettled);
  return () => {
    clearTimeout(tooLong);
    process.off("beforeExit", unsettled);
  };
}

function noFlow({ file, flowName, exportName }: WantedFlow, loaded: Loaded): string {
  if (exportName !== undefined) return noExport(file, exportName, loaded);
  const names = [...new Set(loaded.made.map(({ flow }) => flow.name))];
  const has = names.length === 0 ? "It makes no flows." : `Its flows are: ${names.join(", ")}.`;
  return `${shorten(file)} has no flow "${flowName}" any more. ${has} Give the flow its name back, or serve the file anew.`;
}

function noExport(file: string, exportName: string, { exports }: Loaded): string {
  const choice = chooseFlow({ exports, isFlow, wanted: exportName });
  const flows = choice.kind === "flow" ? [exportName] : choice.flowExports;
  const has = flows.length === 0 ? "It exports no flows." : `The flows that it exports are: ${flows.join(", ")}.`;
  const what = choice.kind === "not-a-flow" ? `Export "${exportName}" of ${shorten(file)} is not a flow.` : undefined;
  return `${what ?? `${shorten(file)} has no export "${exportName}".`} ${has} Mend the file, or deploy it anew with another entrypoint.`;
}
