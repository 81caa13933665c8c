import { Console } from "node:console";
import { StringDecoder } from "node:string_decoder";
import { stripVTControlCharacters } from "node:util";
import { logLevels } from "@ostinato/protocol/log-levels";
import type { RunContext } from "../context.ts";
import { writeLine } from "./log-line.ts";

/** The methods of `console` that print, or that format later output. */
export const consoleMethods = [
  ...["debug", "log", "info", "warn", "error", "dir", "dirxml", "table", "trace", "assert"],
  ...["group", "groupCollapsed", "groupEnd", "count", "countReset", "time", "timeLog", "timeEnd"],
] as unknown as readonly ConsoleMethod[];

export type ConsoleMethod = {
  [K in keyof Console]: Console[K] extends (...args: never[]) => void ? K : never;
}[keyof Console] &
  string;

const levels: Partial<Record<ConsoleMethod, number>> = {
  debug: logLevels.debug,
  warn: logLevels.warning,
  assert: logLevels.warning,
  error: logLevels.error,
};

/** Longer unfinished lines are logged in parts. */
const maxPending = 1024 * 1024;

/** Turns the output of one run into lines of its log. Its own console keeps its groups from indenting other runs' lines. */
export class RunOutput {
  readonly #run: RunContext;
  readonly #console: Console;
  readonly #decoder = new StringDecoder("utf8");
  #level: number = logLevels.info;
  /** Text written since the last line break. */
  #pending = "";

  constructor(run: RunContext) {
    this.#run = run;
    const stream = { write: (text: string) => this.#printed(text) } as unknown as NodeJS.WritableStream;
    this.#console = new Console({ stdout: stream, stderr: stream, ignoreErrors: false, colorMode: false });
  }

  /** One call of a `console` method makes one log line, even with line breaks inside. */
  print(method: ConsoleMethod, args: readonly unknown[]): void {
    this.#level = levels[method] ?? logLevels.info;
    (this.#console[method] as (...args: readonly unknown[]) => void)(...args);
  }

  /** Text written to a stream makes one log line per line break. */
  write(chunk: string | Uint8Array, encoding?: BufferEncoding): void {
    const bytes =
      typeof chunk === "string" && encoding !== undefined && encoding !== "utf8" ? Buffer.from(chunk, encoding) : chunk;
    this.#pending += typeof bytes === "string" ? bytes : this.#decoder.write(bytes);
    const lines = this.#pending.split("\n");
    this.#pending = lines.pop() ?? "";
    for (const line of lines) this.#written(line);
    this.#pending = afterReturn(this.#pending);
    if (this.#pending.length > maxPending) this.end();
  }

  /** Logs the text after the last line break. */
  end(): void {
    const rest = this.#pending;
    this.#pending = "";
    this.#written(rest);
  }

  #printed(text: string): boolean {
    writeLine(this.#run, this.#level, stripVTControlCharacters(text.replace(/\n$/, "")));
    return true;
  }

  #written(line: string): void {
    const text = stripVTControlCharacters(afterReturn(line.replace(/\r$/, ""))).trimEnd();
    if (text !== "") writeLine(this.#run, logLevels.info, text);
  }
}

/** A progress bar overwrites itself: keep its last content. */
function afterReturn(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: terminals are told so.
  const places = [...text.matchAll(/\r(?!$)|\u001b\[[01]?G|\u001b\[2K/g)];
  const last = places.at(-1);
  return last === undefined ? text : text.slice(last.index + last[0].length);
}
