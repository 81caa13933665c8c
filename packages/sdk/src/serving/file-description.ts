import { registerHooks } from "node:module";
import { fileURLToPath } from "node:url";
import { describedParameters } from "../blocks/described-parameters.ts";
import { UsageError } from "../errors.ts";
import { definitionOf, isFlow } from "../flow/flow.ts";
import { automationsOfFlow } from "../flow/flow-automations.ts";
import type { FlowDefinition } from "../flow/flow-definition.ts";
import { becomeRunProcess } from "../flow/flow-deployment.ts";
import { onTopLevelCall } from "../flow/top-level-calls.ts";
import { inferredSchema } from "../inputs/inferred-schema.ts";
import { importProgram, shorten } from "./program-file.ts";
import type { DescribedFlow, FileDescription } from "./run-job.ts";

/** Loads the file in this process, and describes the flows that it exports. */
export async function describeFile(file: string): Promise<FileDescription> {
  const files = collectFiles();
  // A file that serves its flows itself only describes them here.
  becomeRunProcess({ onFlow: () => {}, onServe: async () => {} });
  onTopLevelCall(({ flowName }) => {
    throw new UsageError(
      `${shorten(file)} runs flow "${flowName}" itself when it is loaded. Limit that to direct starts: if (import.meta.main) await ${flowName}(…)`,
    );
  });
  const exported = Object.entries(await importProgram(file));
  const definitions = [...new Set(exported.flatMap(([, value]) => (isFlow(value) ? definitionOf(value) : [])))];
  const placeOf = (value: unknown) => (isFlow(value) ? definitions.indexOf(definitionOf(value)) : null);
  return {
    exports: Object.fromEntries(exported.map(([name, value]) => [name, placeOf(value)])),
    flows: await Promise.all(definitions.map(describeDefinition)),
    files: [...files],
  };
}

/** What is registered of a flow. */
export async function describeDefinition({
  name,
  version,
  options,
  actions,
  fn,
}: FlowDefinition): Promise<DescribedFlow> {
  const { description, tags = [], parameters } = options;
  const own = await describedParameters(options);
  const inferred = parameters === undefined ? inferredSchema(fn) : undefined;
  return {
    name,
    version,
    description,
    tags,
    parameterSchema: own === undefined ? inferred : { ...own },
    isOwnSchema: own !== undefined,
    automations: automationsOfFlow(name, actions),
  };
}

/** The files of the program that are loaded from now on. */
function collectFiles(): ReadonlySet<string> {
  const files = new Set<string>();
  registerHooks({
    load(url, context, nextLoad) {
      if (url.startsWith("file:") && !url.includes("/node_modules/")) files.add(fileURLToPath(url));
      return nextLoad(url, context);
    },
  });
  return files;
}
