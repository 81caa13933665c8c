import { spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import type { GitAddress } from "./git-address.ts";
import { PullStepError } from "./pull-step-error.ts";

export interface Git {
  readonly address: GitAddress;
  readonly environment: NodeJS.ProcessEnv;
  readonly signal: AbortSignal | undefined;
}

/** git has ended with an error. The message is what it said last, without credentials. */
export class GitFailure extends Error {
  override readonly name = "GitFailure";
}

/** Runs the machine's git in the folder, and gives what it prints. Rejects with a `GitFailure`. */
export async function runGit(git: Git, folder: string, args: readonly string[]): Promise<string> {
  const child = spawn("git", ["-c", "gc.autoDetach=false", "-c", "maintenance.autoDetach=false", ...args], {
    cwd: folder,
    env: environmentOf(git),
    stdio: ["ignore", "pipe", "pipe"],
    windowsHide: true,
    ...(git.signal === undefined ? {} : { signal: git.signal }),
  });
  const [stdout, stderr] = [new Tail(maxOutput), new Tail(maxErrors)];
  child.stdout.setEncoding("utf8").on("data", (text: string) => stdout.add(text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => stderr.add(text));
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.once("error", (error: NodeJS.ErrnoException) => reject(error.code === "ENOENT" ? missing() : error));
    child.once("close", resolve);
  });
  if (exitCode === 0) return stdout.text;
  throw new GitFailure(git.address.redact(lastWords(stderr.text) || `it ended with exit code ${exitCode}`));
}

const retryMillis = [1000, 3000];

/** Runs git, and again where the network was to blame. */
export async function runGitOverNetwork(git: Git, folder: string, args: readonly string[]): Promise<string> {
  for (const millis of retryMillis) {
    try {
      return await runGit(git, folder, args);
    } catch (error) {
      if (!(error instanceof GitFailure) || !mayPass.test(error.message)) throw error;
      await sleep(millis, undefined, git.signal === undefined ? {} : { signal: git.signal });
    }
  }
  return await runGit(git, folder, args);
}

const mayPass =
  /could not resolve host|timed out|timeout|connection (reset|refused|closed)|early EOF|RPC failed|hung up unexpectedly|error: (429|5\d\d)/i;

/** As long as a list of references may be. */
const maxOutput = 64 * 1024 * 1024;
const maxErrors = 64 * 1024;
const maxLinesTold = 3;

/** The end of a text that may be long. */
class Tail {
  readonly #max: number;
  #text = "";

  constructor(max: number) {
    this.#max = max;
  }

  get text(): string {
    return this.#text;
  }

  add(text: string): void {
    this.#text += text;
    if (this.#text.length > 2 * this.#max) this.#text = this.#text.slice(-this.#max);
  }
}

/** Where a git that started this process works. */
const ofAnotherRepository = [
  "GIT_DIR",
  "GIT_WORK_TREE",
  "GIT_INDEX_FILE",
  "GIT_OBJECT_DIRECTORY",
  "GIT_COMMON_DIR",
  "GIT_NAMESPACE",
  "GIT_PREFIX",
];

function environmentOf({ address, environment }: Git): NodeJS.ProcessEnv {
  const own = Object.entries(environment).filter(([name]) => !ofAnotherRepository.includes(name));
  // Nobody is there to answer questions, and messages are read by this program.
  return {
    ...Object.fromEntries(own),
    GIT_TERMINAL_PROMPT: "0",
    GCM_INTERACTIVE: "never",
    LC_ALL: "C",
    ...address.environment,
  };
}

/** What git calls an error, or what the server has said; else its last lines. */
function lastWords(stderr: string): string {
  const lines = stderr.split(/[\r\n]+/).filter((line) => line.trim() !== "");
  const marked = lines.filter((line) => /^(fatal|error|remote):/.test(line));
  const told = marked.length === 0 ? lines.slice(-maxLinesTold) : marked.slice(0, maxLinesTold);
  return told.map((line) => line.replace(/^(fatal|error|remote): */, "").trim()).join("; ");
}

function missing(): PullStepError {
  return new PullStepError(
    "git is not installed on this machine, or not in its PATH. Install it, or put the code into the image.",
  );
}
