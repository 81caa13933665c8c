import { relative } from "node:path";
import { type FileDescription, type ProjectEntry, planProject, session } from "@ostinato/sdk/deploy-project";
import { type FileWatch, watchFiles } from "@ostinato/sdk/file-watch";
import { describeFile } from "../deploy/describe-file.ts";
import { isChange } from "../deploy/plan-text.ts";
import { findProjectFile, type ProjectFile, readProjectFile } from "../deploy/project-file.ts";
import { sentenceOf, usageError } from "../errors.ts";
import { note } from "../output/output.ts";
import { readTarget } from "../run/target.ts";

export interface DevDeploymentOptions {
  /** Files whose flows are registered; without any, those of the config. */
  readonly files: readonly string[];
  readonly config: string | undefined;
  readonly pool: string;
  /** Whether schedules make runs. */
  readonly schedules: boolean;
}

/** The deployments of files, and the automations of the config, while they are written: registered, and again when something is saved. */
export class DevDeployments {
  readonly #options: DevDeploymentOptions;
  readonly #targets: readonly string[];
  readonly #watched = new Set<string>();
  #version = 0;
  #watch: FileWatch | undefined;
  #work: Promise<void> = Promise.resolve();

  /** Throws a `CliError` for a file that is not there. */
  constructor(options: DevDeploymentOptions) {
    this.#options = options;
    this.#targets = options.files.map((file) => readTarget(file).file);
    if (this.#targets.length === 0) findProjectFile(options.config);
  }

  /** Registers what there is, and from then on what is saved. */
  async start(): Promise<void> {
    for (const file of this.#targets) this.#watched.add(file);
    // Watched first, so that what is saved while it is registered counts.
    this.#watch = watchFiles(
      () => [...this.#watched],
      () => void this.#registerNext(),
    );
    await this.#registerNext();
  }

  /** Resolves when nothing is registered any more. */
  async stop(): Promise<void> {
    this.#watch?.close();
    await this.#work;
  }

  /** One after the other, so that the last one saved is the last one registered. */
  #registerNext(): Promise<void> {
    this.#work = this.#work.then(() => this.#register()).then(() => this.#watch?.renew());
    return this.#work;
  }

  /** What can't be registered is said, and stays as it was. */
  async #register(): Promise<void> {
    this.#version += 1;
    try {
      const { entries, automations, folder, name } = await this.#read();
      const planned = await planProject(
        await session(),
        { entries, automations },
        {
          project: `${name} (dev)`,
          base: folder,
          overwrite: false,
          prune: false,
          describe: (file) => this.#describe(file),
        },
      );
      for (const problem of planned.problems) note(`Problem: ${sentence(problem)} It stays as it was.`);
      // Automations may name deployments that are new.
      for (const plan of [...planned.plans, ...planned.automations]) {
        await plan.apply();
        if (isChange(plan)) note(`${plan.action === "create" ? "Registered" : "Registered anew"}: ${plan.name}`);
      }
    } catch (error) {
      note(`Problem: ${sentence(sentenceOf(error))} What is registered stays as it was.`);
    }
  }

  async #describe(file: string): Promise<FileDescription> {
    this.#watched.add(file);
    const description = await describeFile(file);
    for (const loaded of description.files) this.#watched.add(loaded);
    return description;
  }

  async #read(): Promise<Pick<ProjectFile, "entries" | "automations" | "folder" | "name">> {
    const entries: ProjectEntry[] = [];
    if (this.#targets.length === 0) {
      const file = await readProjectFile(this.#options.config, this.#version);
      this.#watched.add(file.file);
      return { ...file, entries: file.entries.map((entry) => this.#entryOf(entry.options)) };
    }
    for (const file of this.#targets) {
      for (const exportName of await this.#flowsOf(file)) {
        const entrypoint = `${relative(process.cwd(), file)}:${exportName}`;
        entries.push(this.#entryOf({ name: "dev", entrypoint, workPool: this.#options.pool }));
      }
    }
    return { entries, automations: [], folder: process.cwd(), name: process.cwd() };
  }

  /** One export for each flow. A problem of one file leaves the others. */
  async #flowsOf(file: string): Promise<readonly string[]> {
    try {
      const { exports, flows } = await this.#describe(file);
      const found = flows.flatMap((_, place) => Object.keys(exports).find((name) => exports[name] === place) ?? []);
      if (found.length === 0) throw usageError(`${relative(process.cwd(), file)} exports no flows.`);
      return found;
    } catch (error) {
      note(`Problem: ${sentence(sentenceOf(error))} What is registered of the file stays as it was.`);
      return [];
    }
  }

  /** The code of this folder, by the worker of this machine. */
  #entryOf({ source: _, image: __, workQueue: ___, ...options }: ProjectEntry["options"]): ProjectEntry {
    const { pool, schedules } = this.#options;
    return { options: { ...options, workPool: pool, ...(schedules ? {} : { paused: true }) } };
  }
}

function sentence(message: string): string {
  return /[.!?]$/.test(message) ? message : `${message}.`;
}
