import { readFileSync } from "node:fs";
import { join } from "node:path";
import { repository } from "../product.ts";

/** What the last stage of a Dockerfile says of its containers, in the words of the engine's import of a file system. */
export function containerInstructions(file: string): readonly string[] {
  const lines = readFileSync(join(repository, file), "utf8")
    .replace(/^#.*\n/gm, "")
    .replace(/\\\n\s*/g, "")
    .split("\n");
  const lastStage = lines.slice(lines.findLastIndex((line) => line.startsWith("FROM ")) + 1);
  return lastStage.filter((line) => /^(CMD|ENTRYPOINT|ENV|EXPOSE|HEALTHCHECK|USER|VOLUME|WORKDIR) /.test(line));
}

/** What the last stage copies from the repository: where each file stands in the image, and its path in the repository. */
export function copiedFiles(file: string): Readonly<Record<string, string>> {
  const text = readFileSync(join(repository, file), "utf8");
  const copies = [...text.slice(text.lastIndexOf("\nFROM ")).matchAll(/^COPY (?!--from)(.+) (\S+\/)$/gm)];
  return Object.fromEntries(
    copies.flatMap(([, sources = "", target = ""]) =>
      sources.split(" ").map((source) => [target + source.slice(source.lastIndexOf("/") + 1), source]),
    ),
  );
}
