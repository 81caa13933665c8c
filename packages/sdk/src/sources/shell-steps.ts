import { spawn } from "node:child_process";
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import { split } from "shlex";
import { PullStepError } from "./pull-step-error.ts";
import type { StepContext, StepInputs, StepOutput } from "./step-inputs.ts";

/** Runs each line of a script as a command, by the shell only where the step says so. */
export async function runShellScript(inputs: StepInputs, context: StepContext): Promise<StepOutput> {
  const script = inputs.requiredText("script");
  const folder = resolve(context.folder, inputs.text("directory") ?? ".");
  const added = inputs.record("env") ?? {};
  const isStreamed = inputs.flag("stream_output", true);
  const areExpanded = inputs.flag("expand_env_vars", false);
  const byShell = inputs.flag("shell", false) || process.platform === "win32";
  inputs.refuseOthers();
  const environment = { ...context.environment, ...textsOf(added) };
  const printed = new Printed(isStreamed ? context.log : undefined);
  for (const line of script.split(/\r?\n/)) {
    const command = areExpanded ? expanded(line, environment) : line;
    if (command.trim() === "") continue;
    await runCommand(byShell ? command : wordsOf(command), { ...context, folder, environment, printed });
  }
  return printed.output();
}

/** Installs packages of Python by the environment's own Python. */
export async function pipInstallRequirements(inputs: StepInputs, context: StepContext): Promise<StepOutput> {
  const folder = resolve(context.folder, inputs.text("directory") ?? ".");
  const file = inputs.text("requirements_file") ?? "requirements.txt";
  const printed = new Printed(inputs.flag("stream_output", true) ? context.log : undefined);
  inputs.refuseOthers();
  const python = process.platform === "win32" ? "python" : "python3";
  await runCommand([python, "-m", "pip", "install", "-r", file], { ...context, folder, printed });
  return printed.output();
}

/** By the quotes and backslashes of a shell; no other sign means anything. */
function wordsOf(line: string): readonly string[] {
  try {
    return split(line);
  } catch {
    throw new PullStepError(`a quote is not closed in: ${line}`);
  }
}

function textsOf(given: Readonly<Record<string, unknown>>): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, String(value ?? "")]));
}

/** `$NAME` and `${NAME}` with their values; what is not set stays as it is. */
function expanded(line: string, environment: NodeJS.ProcessEnv): string {
  return line.replaceAll(/\$(?:\$|\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))/g, (whole, braced?: string, bare?: string) =>
    whole === "$$" ? "$" : (environment[braced ?? bare ?? ""] ?? whole),
  );
}

const maxKeptLines = 10_000;

/** What commands print: to the log line by line, and kept for steps that follow. */
class Printed {
  readonly #log: ((line: string) => void) | undefined;
  readonly stdout: string[] = [];
  readonly stderr: string[] = [];

  constructor(log: ((line: string) => void) | undefined) {
    this.#log = log;
  }

  add(kept: string[], line: string): void {
    kept.push(line);
    if (kept.length > 2 * maxKeptLines) kept.splice(0, maxKeptLines);
    this.#log?.(line);
  }

  output(): StepOutput {
    return { stdout: this.stdout.join("\n").trim(), stderr: this.stderr.join("\n").trim() };
  }
}

interface CommandContext extends StepContext {
  readonly printed: Printed;
}

const maxTold = 10;

/** A list is a program and its arguments; a text is for the shell. */
async function runCommand(
  command: string | readonly string[],
  { folder, environment, printed, signal }: CommandContext,
): Promise<void> {
  const [program = "", ...args] = typeof command === "string" ? [command] : command;
  const child = spawn(program, args, {
    cwd: folder,
    env: environment,
    shell: typeof command === "string",
    stdio: ["ignore", "pipe", "pipe"],
    windowsHide: true,
    ...(signal === undefined ? {} : { signal }),
  });
  createInterface({ input: child.stdout }).on("line", (line) => printed.add(printed.stdout, line));
  createInterface({ input: child.stderr }).on("line", (line) => printed.add(printed.stderr, line));
  const { exitCode, killed } = await new Promise<{ exitCode: number | null; killed: NodeJS.Signals | null }>(
    (done, fail) => {
      child.once("error", (error) => fail(cannotStart(error, program, folder)));
      child.once("close", (exitCode, killed) => done({ exitCode, killed }));
    },
  );
  if (exitCode === 0) return;
  const how = killed === null ? `ended with exit code ${exitCode}` : `was killed by ${killed}`;
  const last = printed.stderr.slice(-maxTold).join("\n");
  throw new PullStepError(`"${program}" ${how}${last === "" ? "." : `:\n${last}`}`);
}

function cannotStart(error: NodeJS.ErrnoException, program: string, folder: string): Error {
  if (error.code !== "ENOENT") return error;
  return new PullStepError(
    `"${program}" could not be started: there is no such command, or the folder ${folder} does not exist.`,
  );
}
