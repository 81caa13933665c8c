import { didYouMean } from "@ostinato/core";
import type { AnyTask } from "@ostinato/sdk";
import { sentenceOf, usageError } from "../errors.ts";
import { type Exports, lendOwnPackage, loadModule, type Sdk, sdkOf } from "../run/load-module.ts";
import { readTarget, type Target } from "../run/target.ts";

export interface TaskServeOptions {
  readonly limit?: number;
}

/** Works on the tasks of files until the process is told to stop. */
export async function serveTasks(texts: readonly string[], { limit }: TaskServeOptions): Promise<void> {
  const targets = texts.map(readTarget);
  const inUse = lendOwnPackage();
  const files: [Target, Exports][] = [];
  for (const target of targets) files.push([target, await loadModule(target)]);
  // The copy of the package that the files use: a run of theirs is known to it alone.
  const { closeSession, isTask, worker } = await sdkOf(inUse);
  const tasks = new Set(files.flatMap(([target, exports]) => tasksOf(target, exports, isTask)));
  try {
    await worker([...tasks], limit === undefined ? {} : { limit });
  } catch (error) {
    throw error instanceof Error && error.name === "UsageError" ? usageError(sentenceOf(error)) : error;
  }
  await closeSession();
}

function tasksOf({ exportName, shown }: Target, exports: Exports, isTask: Sdk["isTask"]): readonly AnyTask[] {
  const tasks = new Map(
    Object.entries(exports).flatMap(([name, value]) => (isTask(value) ? [[name, value] as const] : [])),
  );
  const names = [...tasks.keys()];
  if (exportName === undefined) {
    if (tasks.size > 0) return [...tasks.values()];
    throw usageError(
      `${shown} exports no tasks. Export a task like this: export const resize = task(async function resize() { … });`,
    );
  }
  const named = tasks.get(exportName);
  if (named !== undefined) return [named];
  const has = names.length === 0 ? "It exports no tasks." : `Its tasks are: ${names.join(", ")}.`;
  if (exportName in exports) throw usageError(`${exportName} of ${shown} is not a task. ${has}`);
  throw usageError(
    `${shown} has no export ${JSON.stringify(exportName)}.${didYouMean(exportName, names) || ` ${has}`}`,
  );
}
