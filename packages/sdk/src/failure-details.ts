import { fileURLToPath } from "node:url";
import { redact } from "./secret.ts";

/** What the state of a failure carries besides its message. */
export type FailureDetails = {
  readonly error_name: string;
  readonly error_stack?: string;
  /** `at fn (file:line:column)`: the first frame of the user's own code. */
  readonly error_location?: string;
};

const longestStack = 8 * 1024;
const longestMessageInStack = 2 * 1024;

export function failureDetails(error: Error): FailureDetails {
  const { stack, message } = error;
  if (stack === undefined) return { error_name: error.name };
  const location = firstOwnFrame(stack);
  return {
    error_name: error.name,
    error_stack: redact(withoutLongMessage(stack, message)).slice(0, longestStack),
    ...(location === undefined ? {} : { error_location: redact(location) }),
  };
}

/** A long message would leave no room for the frames behind it. */
function withoutLongMessage(stack: string, message: string): string {
  if (message.length <= longestMessageInStack) return stack;
  return stack.replace(message, () => `${message.slice(0, longestMessageInStack)}…`);
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
const ownFolder = fileURLToPath(new URL(".", import.meta.url));

function isOurs(frame: string): boolean {
  return frame.includes(ownFolder) && !/\.test\.ts|\/fixtures\//.test(frame);
}
