import type { Page } from "./define-page.ts";

/** The page at a path below the base, with its parameters; undefined where there is none. */
export function pageAt(
  pages: readonly Page[],
  path: string,
): { readonly page: Page; readonly params: Readonly<Record<string, string>> } | undefined {
  const parts = path.split("/").map(decodeURIComponent);
  for (const page of pages) {
    for (const pattern of [page.path, ...(page.formerPaths ?? [])]) {
      const params = paramsIn(pattern.slice(1).split("/"), parts);
      if (params !== undefined) return { page, params };
    }
  }
  return undefined;
}

function paramsIn(pattern: readonly string[], parts: readonly string[]): Record<string, string> | undefined {
  if (pattern.length !== parts.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, expected] of pattern.entries()) {
    const part = parts[index] ?? "";
    if (expected.startsWith("$")) params[expected.slice(1)] = part;
    else if (expected !== part) return undefined;
  }
  return params;
}
