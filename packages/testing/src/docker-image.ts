import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { type RequestOptions, request } from "node:http";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { type DockerEngine, findProgram } from "./docker-engine.ts";

/** An image that is made from the files of a folder. */
export interface FolderImage {
  /** The name, with a tag. */
  readonly image: string;
  readonly folder: string;
  /** What a Dockerfile would say of its containers: `["WORKDIR /app"]`. */
  readonly instructions?: readonly string[];
}

/**
 * Fills a folder with programs of this machine, named or given by their paths, and with the libraries that they need: no image can be pulled everywhere.
 * Linux only.
 */
export function copyPrograms(folder: string, names: readonly string[]): void {
  const programs = names.map((name) => (name.startsWith("/") ? name : (findProgram(name) ?? fail(name))));
  const libraries = programs.flatMap((program) =>
    execFileSync("ldd", [program], { encoding: "utf8" })
      .split("\n")
      .flatMap((line) => /(?:=> )?(\/\S+) \(0x/.exec(line)?.[1] ?? []),
  );
  for (const file of new Set([...programs, ...libraries])) {
    const target = join(folder, file);
    mkdirSync(dirname(target), { recursive: true });
    execFileSync("cp", ["-L", file, target]);
  }
}

function fail(name: string): never {
  throw new Error(`There is no program ${name} on this machine`);
}

/** Gives the engine an image with the files of the folder. */
export async function importImage(
  engine: DockerEngine,
  { image, folder, instructions = [] }: FolderImage,
): Promise<void> {
  const [repo = "", tag = ""] = image.split(":");
  const query = new URLSearchParams({ fromSrc: "-", repo, tag });
  for (const instruction of instructions) query.append("changes", instruction);
  const asked = ask(engine, { method: "POST", path: `/images/create?${query}` });
  const tar = spawn("tar", ["-C", folder, "-cf", "-", "."], { stdio: ["ignore", "pipe", "inherit"] });
  tar.stdout.pipe(asked.request);
  const { status, body } = await asked.answer;
  if (status !== 200 || body.includes('"error"'))
    throw new Error(`The engine did not take the image ${image}: ${body}`);
}

export async function removeImage(engine: DockerEngine, image: string): Promise<void> {
  const asked = ask(engine, { method: "DELETE", path: `/images/${image}?force=true` });
  asked.request.end();
  await asked.answer;
}

function ask({ host }: DockerEngine, options: RequestOptions) {
  const { protocol, hostname, port, pathname } = new URL(host);
  const asked = request({ ...options, ...(protocol === "unix:" ? { socketPath: pathname } : { hostname, port }) });
  const answer = once(asked, "response").then(async ([response]) => ({
    status: response.statusCode as number,
    body: await text(response),
  }));
  return { request: asked, answer };
}
