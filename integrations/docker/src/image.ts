import type Docker from "dockerode";
import { DriverError } from "ostinato/driver";
import type { ContainerSettings } from "./container-settings.ts";
import { engineMessage } from "./engine.ts";

export interface PullOptions {
  readonly signal: AbortSignal;
  /** Hears that the image is being pulled, and when it is there. */
  readonly onProgress: (message: string) => void;
}

/** Pulls the image. Throws a `DriverError` that says why it can't be. */
export async function pullImage(
  docker: Docker,
  { image, credentials }: ContainerSettings,
  { signal, onProgress }: PullOptions,
): Promise<void> {
  onProgress(`Pulling image ${image}`);
  try {
    const stream = await docker.pull(image, { abortSignal: signal, ...(credentials && { authconfig: credentials }) });
    const abort = () => (stream as NodeJS.ReadableStream & { destroy(error?: Error): void }).destroy(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    await followPull(docker, stream);
    signal.removeEventListener("abort", abort);
  } catch (error) {
    signal.throwIfAborted();
    throw new DriverError(
      `Image ${image} can't be pulled: ${engineMessage(error)}. Check its name and tag, registry_credentials, and the way from the worker's machine to the registry.`,
    );
  }
  onProgress(`Pulled image ${image}`);
}

/** A pull may fail after it has begun, in a line of its stream. */
function followPull(docker: Docker, stream: NodeJS.ReadableStream): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.once("error", reject);
    stream.once("close", () => reject(new Error("the connection to the engine was closed")));
    docker.modem.followProgress(stream, (error) => (error ? reject(error) : resolve()));
  });
}
