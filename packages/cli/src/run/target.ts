import { readdirSync, statSync } from "node:fs";
import { basename, dirname, extname, resolve } from "node:path";
import { didYouMean } from "@ostinato/core";
import { usageError } from "../errors.ts";

/** The argument of `run`: a file, and optionally one of its exports. */
export interface Target {
  readonly file: string;
  readonly exportName: string | undefined;
  /** The file as the user wrote it, for messages. */
  readonly shown: string;
}

const extensions = [".ts", ".mts", ".cts", ".js", ".mjs", ".cjs"];

/** Parses `train.ts` or `train.ts:evaluate`. Throws where the file does not exist, with similar names. */
export function readTarget(text: string): Target {
  const split = isFile(text) ? undefined : /^(.+):([^:/\\]+)$/.exec(text);
  const shown = split?.[1] ?? text;
  const file = resolve(shown);
  if (!isFile(file)) throw usageError(noSuchFile(file, shown));
  if (!extensions.includes(extname(file))) {
    throw usageError(
      `${shown} is neither TypeScript nor JavaScript: its name must end in one of ${extensions.join(", ")}.`,
    );
  }
  return { file, exportName: split?.[2], shown };
}

function noSuchFile(file: string, shown: string): string {
  const folder = isFolder(file) ? file : dirname(file);
  const names = programsIn(folder);
  if (isFolder(file)) {
    const hint =
      names.length === 0
        ? "It contains no TypeScript or JavaScript file."
        : `Name one of its files: ${names.slice(0, 10).join(", ")}.`;
    return `${shown} is a folder. ${hint}`;
  }
  const suggestion = didYouMean(basename(file), names);
  const all = names.length > 0 && names.length <= 10 ? ` In ${folder} there are: ${names.join(", ")}.` : "";
  return `There is no file ${shown}.${suggestion || all}`;
}

function programsIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).filter((name) => extensions.includes(extname(name)) && !name.endsWith(".d.ts"));
  } catch {
    return [];
  }
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
