import { fileURLToPath } from "node:url";
import { redact } from "../secrets/redaction.ts";
import { failureParts } from "./failure-parts.ts";
import { failureStack } from "./failure-text.ts";

/** What the state of a failure carries besides its message. */
export type FailureDetails = {
  readonly error_name: string;
  /** With the fields of the error, and the stacks of what it comes from. */
  readonly error_stack: string;
  /** `at fn (file:line:column)`: the first frame of the user's own code. */
  readonly error_location?: string;
};

const maxStack = 16 * 1024;
const maxDepth = 6;

export function failureDetails(error: Error): FailureDetails {
  const location = ownFrameOf(error, 0);
  return {
    error_name: failureParts(error).name,
    error_stack: failureStack(error).slice(0, maxStack),
    ...(location === undefined ? {} : { error_location: redact(location) }),
  };
}

/** An error that was made in Node or in a package may come from one that was not. */
function ownFrameOf(thrown: unknown, depth: number): string | undefined {
  if (typeof thrown !== "object" || thrown === null || depth > maxDepth) return undefined;
  const { stack, cause, errors } = failureParts(thrown);
  const own = stack === undefined ? undefined : firstOwnFrame(stack);
  if (own !== undefined) return own;
  for (const each of [cause, ...errors.slice(0, maxDepth)]) {
    const frame = ownFrameOf(each, depth + 1);
    if (frame !== undefined) return frame;
  }
  return undefined;
}

/** Frames of Node, of installed packages and of Ostinato itself are left out: they are not where the mistake is. */
function firstOwnFrame(stack: string): string | undefined {
  for (const line of stack.split("\n")) {
    const frame = line.trim();
    if (!frame.startsWith("at ")) continue;
    if (!/:\d+:\d+\)?$/.test(frame) || frame.includes("node:") || frame.includes("/node_modules/")) continue;
    if (isOurs(frame)) continue;
    return frame.replace(/file:\/\/[^)]+?(?=:\d+:\d+\)?$)/, (url) => fileURLToPath(url));
  }
  return undefined;
}

// Our own folder, where this package runs from its sources. Its tests are somebody's own code.
const ownFolder = fileURLToPath(new URL("..", import.meta.url));

function isOurs(frame: string): boolean {
  return frame.includes(ownFolder) && !/\.test\.ts|\/fixtures\//.test(frame);
}
