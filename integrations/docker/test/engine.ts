import { execFileSync } from "node:child_process";
import { createReadStream, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { copyPrograms, type DockerEngine, findDockerEngine } from "@ostinato/testing/docker-engine";
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
  const docker = new Docker();
  return { ...engine, docker, image: await importImage(docker) };
}

async function importImage(docker: Docker): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "ostinato-image-"));
  const root = join(folder, "root");
  mkdirSync(join(root, "tmp"), { recursive: true });
  copyPrograms(root, ["sh", "seq", "head", "tr", "yes", "sleep", "env", "grep", "cat", "touch", "tail"]);
  const archive = join(folder, "root.tar");
  execFileSync("tar", ["-C", root, "-cf", archive, "."]);
  const [repo, tag] = ["ostinato-test", `shell-${process.pid}`];
  const stream = await docker.importImage(createReadStream(archive) as unknown as string, { repo, tag });
  await new Promise<void>((resolve, reject) => {
    docker.modem.followProgress(stream, (error) => (error ? reject(error) : resolve()));
  });
  rmSync(folder, { recursive: true });
  return `${repo}:${tag}`;
}
