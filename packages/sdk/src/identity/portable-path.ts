import { readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

interface Package {
  readonly name: string;
  readonly folder: string;
}

const known = new Map<string, Package | undefined>();

/**
 * Names a file so that it has the same name on every machine: by its package and its path inside the package. A file outside of any named
 * package is named by its whole path.
 */
export function portablePath(url: string): string {
  const file = fileURLToPath(url);
  const home = packageAround(dirname(file));
  return home === undefined ? file : `${home.name}:${relative(home.folder, file).split(sep).join("/")}`;
}

function packageAround(folder: string): Package | undefined {
  if (known.has(folder)) return known.get(folder);
  const parent = dirname(folder);
  const name = packageName(folder);
  const found = name !== undefined ? { name, folder } : parent === folder ? undefined : packageAround(parent);
  known.set(folder, found);
  return found;
}

function packageName(folder: string): string | undefined {
  try {
    const { name } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { readonly name?: unknown };
    return typeof name === "string" && name !== "" ? name : undefined;
  } catch {
    // A missing or unreadable package.json names nothing.
    return undefined;
  }
}
