import { watch } from "node:fs";
import { basename, dirname } from "node:path";
import type { DeploymentOptions, ServingOptions } from "../flow/deployment-options.ts";
import { checkDeploymentOptions, checkServingOptions } from "./deployment-checks.ts";
import { describe } from "./file-in-process.ts";
import type { DescribedFlow, FileDescription } from "./run-job.ts";
import { type Source, serveSources } from "./serving-process.ts";

export type { DescribedFlow, FileDescription } from "./run-job.ts";

/** A file whose flows are served. */
export interface ServedFile {
  readonly file: string;
  /** Chooses the flows that are served. Throws where there are none. */
  readonly choose: (description: FileDescription) => readonly DescribedFlow[];
}

export interface FileServingOptions {
  readonly deployment: DeploymentOptions;
  readonly serving: ServingOptions;
  /** Whether the deployments are registered anew when a file of the program is saved. */
  readonly watch: boolean;
  /** The program that executes one run, and describes a file. */
  readonly program: URL;
}

/**
 * Serves flows of files. The files are loaded in processes of their own only, so that a file that has changed is loaded anew by each
 * run.
 */
export async function serveFiles(files: readonly ServedFile[], options: FileServingOptions): Promise<void> {
  checkServingOptions(options.serving);
  checkDeploymentOptions(`Deployment "${options.deployment.name}"`, options.deployment);
  const sources = files.map((file) => sourceOf(file, options));
  await serveSources(sources, { ...options.serving, program: options.program });
}

function sourceOf({ file, choose }: ServedFile, { deployment, watch, program }: FileServingOptions): Source {
  let files: readonly string[] = [file];
  return {
    options: deployment,
    async read() {
      const description = await describe(file, program);
      files = description.files;
      return choose(description).map((flow) => ({ ...flow, file }));
    },
    ...(watch ? { watch: (onChange) => watchFiles(() => files, onChange) } : {}),
  };
}

/** Editors save a file in several steps. */
const settleMillis = 100;

/** Calls the function when one of the files is saved. Folders are watched, because editors replace files by others. */
function watchFiles(files: () => readonly string[], onChange: () => void): () => void {
  const folders = new Map<string, () => void>();
  let timer: NodeJS.Timeout | undefined;

  function changed(folder: string, name: string | null): void {
    const isOfProgram = name === null || files().some((file) => dirname(file) === folder && basename(file) === name);
    if (!isOfProgram) return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      onChange();
      watchFolders();
    }, settleMillis).unref();
  }

  /** The program may have come to import files of further folders. */
  function watchFolders(): void {
    for (const folder of new Set(files().map((file) => dirname(file)))) {
      if (folders.has(folder)) continue;
      const watcher = watch(folder, { persistent: false }, (_, name) => changed(folder, name));
      watcher.on("error", () => folders.delete(folder));
      folders.set(folder, () => watcher.close());
    }
  }

  watchFolders();
  return () => {
    clearTimeout(timer);
    for (const close of folders.values()) close();
  };
}
