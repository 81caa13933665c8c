import { context, type RunContext } from "../context.ts";
import { consoleMethods, RunOutput } from "./run-output.ts";

let capturing = false;
const outputs = new WeakMap<object, RunOutput>();

/**
 * Turns output of runs with `logPrints` into their log lines, from the first such run on: `console` calls and writes to the standard
 * streams, as loggers, progress bars and piped programs make them. Other output is not changed.
 */
export function captureOutput(): void {
  if (capturing) return;
  capturing = true;
  for (const method of consoleMethods) {
    const original = console[method] as (...args: unknown[]) => void;
    console[method] = ((...args: unknown[]) => {
      const output = outputOfCaller();
      if (output === undefined) original.apply(console, args);
      else output.print(method, args);
    }) as never;
  }
  captureStream(process.stdout);
  captureStream(process.stderr);
}

/** Logs the unfinished last line of a run that has ended. */
export function endOutput(run: RunContext): void {
  outputs.get(keyOf(run))?.end();
}

function captureStream(stream: NodeJS.WriteStream): void {
  const original = stream.write as (...args: unknown[]) => boolean;
  const write = (chunk: string | Uint8Array, second?: unknown, third?: unknown) => {
    const output = outputOfCaller();
    if (output === undefined) return original.call(stream, chunk, second, third);
    output.write(chunk, typeof second === "string" ? (second as BufferEncoding) : undefined);
    const written = typeof second === "function" ? second : third;
    if (typeof written === "function") process.nextTick(written);
    return true;
  };
  stream.write = write as typeof stream.write;
}

function outputOfCaller(): RunOutput | undefined {
  const run = context.getStore();
  if (run === undefined || !(run.taskRun?.logPrints ?? run.scope?.logPrints)) return undefined;
  const key = keyOf(run);
  const known = outputs.get(key);
  if (known !== undefined) return known;
  const made = new RunOutput(run);
  outputs.set(key, made);
  return made;
}

function keyOf(run: RunContext): object {
  return run.taskRun ?? run.flowRun ?? run;
}
