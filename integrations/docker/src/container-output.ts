import type Docker from "dockerode";
import { LineSplitter, type OutputLine } from "ostinato/driver";
import { type Frame, readFrames } from "./frames.ts";

export interface FollowOptions {
  readonly container: Docker.Container;
  /** The output from the start of the container, where somebody attached before. */
  readonly attached: AsyncIterable<Uint8Array> | undefined;
  /** Without an attached stream: where in the log to begin, as `seconds.nanoseconds`. */
  readonly since: string | undefined;
  readonly onLine: (line: OutputLine) => Promise<void>;
  /**
   * Asked when a stream has ended: whether the container has ended and its whole output was read. Otherwise the connection was lost, and the
   * log is read from the beginning without the lines that came before.
   */
  readonly isComplete: (wasCutOff: boolean) => Promise<boolean>;
}

type Counts = Record<Frame["stream"], number>;

/** Hands over all lines of a container, across lost connections. */
export async function followOutput(options: FollowOptions): Promise<void> {
  const { container, since, onLine, isComplete } = options;
  const told: Counts = { stdout: 0, stderr: 0 };
  for (let chunks = options.attached; ; chunks = undefined) {
    const skip = { ...told };
    const take = async (stream: Frame["stream"], lines: readonly string[]) => {
      for (const text of lines) {
        if (skip[stream] > 0) skip[stream] -= 1;
        else {
          told[stream] += 1;
          await onLine({ kind: "output", stream, text });
        }
      }
    };
    const splitters = { stdout: new LineSplitter(), stderr: new LineSplitter() };
    let wasCutOff = false;
    try {
      for await (const { stream, bytes } of readFrames(chunks ?? (await openLog(container, since)))) {
        await take(stream, splitters[stream].push(bytes));
      }
    } catch {
      wasCutOff = true;
    }
    if (!(await isComplete(wasCutOff))) continue;
    await take("stdout", splitters.stdout.end());
    await take("stderr", splitters.stderr.end());
    return;
  }
}

/** Without timestamps, which the engine would also write into the middle of long lines. */
async function openLog(container: Docker.Container, since: string | undefined): Promise<AsyncIterable<Uint8Array>> {
  const options = { follow: true, stdout: true, stderr: true, ...(since === undefined ? {} : { since }) } as const;
  const stream = await container.logs(options as Docker.ContainerLogsOptions & { readonly follow: true });
  return stream as unknown as AsyncIterable<Uint8Array>;
}
