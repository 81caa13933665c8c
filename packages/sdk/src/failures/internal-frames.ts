import { fileURLToPath } from "node:url";
import { foldedStack, isInternalFrame } from "@ostinato/core";

/** Names a variable of the environment: where it is set, stacks in logs and on the terminal have all of their frames. */
const allFrames = "OSTINATO_ALL_FRAMES";

// The folder of this package, when it runs from sources. Its tests count as a user's code.
const ownFolder = fileURLToPath(new URL("..", import.meta.url));

/** Whether a frame is of Node.js or of Ostinato itself. */
export function isInternal(frame: string): boolean {
  return isInternalFrame(frame) || (frame.includes(ownFolder) && !/\.test\.ts|\/fixtures\//.test(frame));
}

/** A stack for a reader, who looks for frames of the program: the others are counted. The state of the run keeps all of them. */
export function shownStack(stack: string): string {
  const asked = process.env[allFrames];
  if (asked !== undefined && asked !== "" && asked !== "0") return stack;
  return foldedStack(stack, noteOf, isInternal);
}

function noteOf(count: number): string {
  return `    … and ${count} of Ostinato and Node.js (${allFrames}=1 shows ${count === 1 ? "it" : "them"})`;
}

let isListening = false;

/** Has Node print the stacks of errors that nobody catches in the same way, as it does when `await main()` rejects. */
export function foldUncaughtStacks(): void {
  if (isListening) return;
  isListening = true;
  // Told of an error before Node prints it, without a say in what becomes of the process.
  process.on("uncaughtExceptionMonitor", (thrown: unknown) => {
    if (!(thrown instanceof Error) || typeof thrown.stack !== "string") return;
    Reflect.set(thrown, "stack", shownStack(thrown.stack));
  });
}
