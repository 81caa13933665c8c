import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DockerEngine, findDockerEngine } from "@ostinato/testing/docker-engine";
import { copyPrograms, importImage } from "@ostinato/testing/docker-image";
import Docker from "dockerode";

export interface TestEngine extends DockerEngine {
  readonly docker: Docker;
  /** An image with a shell and a few programs. */
  readonly image: string;
}

/** The engine with an image to run, or the sentence that says why there is none. */
export async function startTestEngine(): Promise<TestEngine | string> {
  const engine = await findDockerEngine();
  if (typeof engine === "string") return engine;
  // The driver finds the engine as users let it.
  process.env.DOCKER_HOST = engine.host;
  return { ...engine, docker: new Docker(), image: await importShell(engine) };
}

async function importShell(engine: DockerEngine): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "ostinato-image-"));
  mkdirSync(join(folder, "tmp"));
  copyPrograms(folder, ["sh", "seq", "head", "tr", "yes", "sleep", "env", "grep", "cat", "touch", "tail"]);
  const image = `ostinato-test:shell-${process.pid}`;
  await importImage(engine, { image, folder });
  rmSync(folder, { recursive: true });
  return image;
}
