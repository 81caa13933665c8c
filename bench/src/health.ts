import type { ChildProcess } from "node:child_process";
import { createServer } from "node:net";

const askEveryMillis = 5;

/** Resolves with the first healthy answer of the process's server. */
export async function untilHealthy(apiUrl: string, child: ChildProcess): Promise<void> {
  while (child.exitCode === null && child.signalCode === null) {
    const answer = await fetch(`${apiUrl}/health`).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, askEveryMillis));
  }
  throw new Error(`The server ended with ${child.signalCode ?? child.exitCode} before it was healthy`);
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}
