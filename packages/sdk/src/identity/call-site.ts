import { relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/** The place of a call in the user's code. */
export interface CallSite {
  /** The module whose loading or whose function led to the call: `file:///…` */
  readonly url: string;
  /** The files from the call outwards to that module, each once; usually one. */
  readonly files: readonly string[];
  /** The lines from the call outwards: `/folder/file.ts:3:15`. */
  readonly lines: readonly string[];
}

type AnyFunction = (...args: never[]) => unknown;

/** The place where the current function was called. Undefined in code that is in no file. */
export function callSite(callee: AnyFunction): CallSite | undefined {
  const all = syncFrames(callee);
  const own = all.filter(({ url }) => !url.includes("/node_modules/"));
  // Helper libraries in node_modules are skipped, unless the tasks themselves are made there.
  const frames = own.length > 0 ? own : all;
  const outermost = frames.at(-1);
  if (outermost === undefined) return undefined;
  return {
    url: outermost.url,
    files: [...new Set(frames.map(({ url }) => url))],
    lines: frames.map(({ url, line, column }) => `${fileURLToPath(url)}:${line}:${column}`),
  };
}

/** Describes two places at the frame where they differ, seen from the call outwards. */
export function describePlaces(one: CallSite, other: CallSite): readonly [string, string] {
  const parts = one.lines.findIndex((line, index) => line !== other.lines[index]);
  const at = Math.max(0, parts);
  return [short(one.lines[at] ?? one.lines[0]), short(other.lines[at] ?? other.lines[0])];
}

function short(line = ""): string {
  const path = relative(process.cwd(), line);
  return path.startsWith("..") ? line : path;
}

interface Frame {
  readonly url: string;
  readonly line: number;
  readonly column: number;
}

/** The frames of files up to the first one of Node: the frames beyond depend only on when the code runs. */
function syncFrames(callee: AnyFunction): readonly Frame[] {
  const frames: Frame[] = [];
  for (const frame of stack(callee)) {
    const name = frame.getFileName() ?? "";
    if (name.startsWith("node:") || frame.isAsync()) break;
    const url = toUrl(name);
    if (!url.startsWith("file:")) continue;
    frames.push({ url, line: frame.getLineNumber() ?? 0, column: frame.getColumnNumber() ?? 0 });
  }
  return frames;
}

function stack(callee: AnyFunction): readonly NodeJS.CallSite[] {
  const { prepareStackTrace, stackTraceLimit } = Error;
  try {
    Error.stackTraceLimit = 32;
    Error.prepareStackTrace = (_, frames) => frames;
    const holder: { stack?: readonly NodeJS.CallSite[] } = {};
    Error.captureStackTrace(holder, callee);
    return holder.stack ?? [];
  } finally {
    Error.prepareStackTrace = prepareStackTrace;
    Error.stackTraceLimit = stackTraceLimit;
  }
}

function toUrl(file: string): string {
  return file.startsWith("/") || /^[A-Za-z]:\\/.test(file) ? pathToFileURL(file).href : file;
}
