import { describe, type FileDescription } from "@ostinato/sdk/deploy-project";

/** Tells which flows a file has, which a process of its own loads. */
export function describeFile(file: string): Promise<FileDescription> {
  return describe(file, new URL(`./run-program.${extension}`, import.meta.resolve("ostinato")));
}

const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
