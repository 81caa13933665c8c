import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, openSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

/** A Docker engine for tests. */
export interface DockerEngine {
  /** The address for `DOCKER_HOST`. */
  readonly host: string;
  /** Stops the engine with its containers and starts it again. Only an engine of one's own can: undefined for that of the machine. */
  readonly restart: (() => Promise<void>) | undefined;
  stop(): Promise<void>;
}

const defaultSocket = "/var/run/docker.sock";

/**
 * The engine that `DOCKER_HOST` names, else the one at the default socket, else one that is started in a folder of its own, which takes
 * root and an installed `dockerd`. Where there is none, the sentence that says so.
 */
export async function findDockerEngine(): Promise<DockerEngine | string> {
  const { DOCKER_HOST: named } = process.env;
  if (named) return { host: named, restart: undefined, stop: async () => {} };
  if (await answers(defaultSocket)) {
    return { host: `unix://${defaultSocket}`, restart: undefined, stop: async () => {} };
  }
  const dockerd = findProgram("dockerd");
  if (dockerd === undefined) return "No Docker engine answers here, and dockerd is not installed to start one.";
  if (process.getuid?.() !== 0) return "No Docker engine answers here, and only root can start one.";
  return startEngine(dockerd);
}

/** An engine without networks: its containers use those of the machine (`--network host`). */
async function startEngine(dockerd: string): Promise<DockerEngine | string> {
  const folder = await mkdtemp(join(tmpdir(), "ostinato-docker-"));
  const socket = join(folder, "docker.sock");
  const log = join(folder, "dockerd.log");
  const args = [
    "--iptables=false",
    "--bridge=none",
    "--storage-driver=vfs",
    `--data-root=${join(folder, "data")}`,
    `--exec-root=${join(folder, "exec")}`,
    `--pidfile=${join(folder, "pid")}`,
    `--host=unix://${socket}`,
  ];
  let engine: ChildProcess;
  const start = async () => {
    const output = openSync(log, "a");
    engine = spawn(dockerd, args, { stdio: ["ignore", output, output] });
    closeSync(output);
    while (!(await answers(socket)) && engine.exitCode === null && engine.signalCode === null) await briefly();
    return engine.exitCode === null && engine.signalCode === null;
  };
  const stop = async () => {
    if (engine.exitCode !== null || engine.signalCode !== null) return;
    const exited = once(engine, "exit");
    engine.kill("SIGTERM");
    await exited;
  };
  const remove = async () => {
    // The engine leaves the network of the machine mounted there.
    spawnSync("umount", [join(folder, "exec", "netns", "default")]);
    await rm(folder, { recursive: true, force: true });
  };
  if (!(await start())) {
    const lastLine = readFileSync(log, "utf8").trim().split("\n").at(-1) ?? "";
    await remove();
    return `No Docker engine answers here, and dockerd could not start one: ${lastLine}`;
  }
  return {
    host: `unix://${socket}`,
    async restart() {
      await stop();
      if (!(await start())) throw new Error(`dockerd did not start again: see ${log}`);
    },
    async stop() {
      await stop();
      await remove();
    },
  };
}

/** Where the machine has a program. */
export function findProgram(name: string): string | undefined {
  const folders = (process.env.PATH ?? "").split(delimiter);
  return [...folders, "/usr/sbin", "/sbin"].map((folder) => join(folder, name)).find((path) => existsSync(path));
}

function answers(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = request({ socketPath, path: "/_ping", timeout: 5000 }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    asked.once("error", () => resolve(false));
    asked.once("timeout", () => asked.destroy());
    asked.end();
  });
}

function briefly(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 100));
}
