import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

export const bin = fileURLToPath(new URL("../../ostinato/src/bin.mjs", import.meta.url));

interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface CommandOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
}

/** A folder for a test or a test file, with a user's home and files to run. */
export interface Workplace {
  readonly home: string;
  /** The working directory of commands. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  write(name: string, text: string): string;
  /** Runs `ostinato …` as a process until it ends. */
  run(...args: readonly string[]): Promise<Finished>;
  /** Runs `ostinato …` in another environment. */
  runWith(options: CommandOptions, ...args: readonly string[]): Promise<Finished>;
  start(...args: readonly string[]): RunningCommand;
  /** Starts `ostinato …` in another environment. */
  startWith(options: CommandOptions, ...args: readonly string[]): RunningCommand;
  /** Starts `ostinato …` in another working directory. */
  startIn(folder: string, ...args: readonly string[]): RunningCommand;
  dispose(): void;
}

interface RunningCommand {
  readonly child: ChildProcess;
  readonly finished: Promise<Finished>;
  /** Resolves when the command has printed the text; rejects when it ends without. */
  printed(text: string): Promise<void>;
}

export function makeWorkplace(env: Readonly<Record<string, string | undefined>> = {}): Workplace {
  const folder = mkdtempSync(join(tmpdir(), "ostinato-cli-"));
  const home = join(folder, "home");
  const own = { ...cleanEnvironment(), OSTINATO_HOME: home, ...env };
  const start = (options: CommandOptions, args: readonly string[]) =>
    startCommand(args, { cwd: options.cwd ?? folder, env: { ...own, ...options.env } });
  return {
    home,
    folder,
    env: own,
    write(name, text) {
      const file = join(folder, name);
      writeFileSync(file, text);
      return file;
    },
    run: (...args) => start({}, args).finished,
    runWith: (options, ...args) => start(options, args).finished,
    start: (...args) => start({}, args),
    startWith: (options, ...args) => start(options, args),
    startIn: (cwd, ...args) => start({ cwd }, args),
    dispose: () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }),
  };
}

/** Makes a workplace for one test, which is removed when the test ends. */
export function workplace(env: Readonly<Record<string, string | undefined>> = {}): Workplace {
  const made = makeWorkplace(env);
  onTestFinished(() => made.dispose());
  return made;
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}

function startCommand(args: readonly string[], { cwd, env }: Required<CommandOptions>): RunningCommand {
  const child = spawn(process.execPath, [bin, ...args], { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  let stdout = "";
  let stderr = "";
  const changed = new EventTarget();
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    changed.dispatchEvent(new Event("change"));
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
    changed.dispatchEvent(new Event("change"));
  });
  const finished = once(child, "close").then(([code]) => ({ code, stdout, stderr }) as Finished);
  const printed = (text: string) =>
    new Promise<void>((resolve, reject) => {
      const look = () => {
        if ((stdout + stderr).includes(text)) resolve();
      };
      changed.addEventListener("change", look);
      void finished.then(() => reject(new Error(`It ended without saying ${text}:\n${stdout}${stderr}`)));
      look();
    });
  return { child, finished, printed };
}

/** The environment without the settings of the person who runs the tests. */
function cleanEnvironment(): Record<string, string | undefined> {
  const entries = Object.entries(process.env).filter(([name]) => !/^(OSTINATO|PREFECT)_|^(NO|FORCE)_COLOR$/.test(name));
  return Object.fromEntries(entries);
}
