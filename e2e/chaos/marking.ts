import { appendFileSync } from "node:fs";

/** What a process works on, as its marks name it. */
export interface MarkedWork {
  readonly run: string;
  /** What limits the work: the deployment of the run, or the name of a limit. */
  readonly deployment: string;
  readonly claim: string;
}

const marksFile = process.env.CHAOS_MARKS ?? "";
const beatMillis = 50;

/** Writes marks to a file when the work begins, while it goes on, and when it ends. The process may be killed at any moment. */
export async function marked<T>(work: MarkedWork, does: () => Promise<T>): Promise<T> {
  mark("begin", work);
  const beats = setInterval(() => mark("beat", work), beatMillis);
  try {
    return await does();
  } finally {
    clearInterval(beats);
    mark("end", work);
  }
}

function mark(kind: "begin" | "beat" | "end", { run, deployment, claim }: MarkedWork): void {
  // A clock that all processes of the machine share, and that no fault moves.
  const nanos = String(process.hrtime.bigint());
  appendFileSync(marksFile, `${JSON.stringify({ kind, run, deployment, claim, pid: process.pid, nanos })}\n`);
}
