import { fileURLToPath } from "node:url";
import { redact } from "../secrets/redaction.ts";
import { failureParts } from "./failure-parts.ts";
import { failureStack } from "./failure-text.ts";
import { isInternal } from "./internal-frames.ts";

/** Details of a failure that its state carries besides the message. */
export type FailureDetails = {
  readonly error_name: string;
  /** The stack with the error's fields, and the stacks of its causes. */
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

/** An error created in Node or in a package may have a cause created in the user's code. */
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

/** Leaves out frames of Node, of installed packages and of Ostinato itself: the mistake is elsewhere. */
function firstOwnFrame(stack: string): string | undefined {
  for (const line of stack.split("\n")) {
    const frame = line.trim();
    if (!frame.startsWith("at ")) continue;
    if (!/:\d+:\d+\)?$/.test(frame) || frame.includes("/node_modules/") || isInternal(frame)) continue;
    return frame.replace(/file:\/\/[^)]+?(?=:\d+:\d+\)?$)/, (url) => fileURLToPath(url));
  }
  return undefined;
}
