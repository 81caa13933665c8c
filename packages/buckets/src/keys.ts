import { isAbsolute, relative, resolve } from "node:path";

/** Without slashes at its ends. */
export function folderPrefix(folder: string): string {
  return folder.replace(/^\/+|\/+$/g, "");
}

/** What is wrong with a key, to follow "has a key that"; undefined for a good one. */
export function keyProblem(key: string): string | undefined {
  if (key === "") return "is empty. Name an object, such as 2024/trips.parquet";
  if (key.startsWith("/")) return "begins with a slash. Keys are relative to the bucket's folder: leave it out";
  return undefined;
}

/** A prefix that ends where a folder does, so that `raw` does not take `raw-old/…` along. */
export function asFolder(prefix: string): string {
  const bare = folderPrefix(prefix);
  return bare === "" ? "" : `${bare}/`;
}

/** The file below the folder that a key names; undefined where it would be the folder itself, or outside of it. */
export function fileBelow(folder: string, key: string): string | undefined {
  if (key.includes("\0")) return undefined;
  const root = resolve(folder);
  const file = resolve(root, `./${key}`);
  const inside = relative(root, file);
  const isInside = inside !== "" && !isAbsolute(inside) && inside !== ".." && !/^\.\.[/\\]/.test(inside);
  return isInside ? file : undefined;
}
