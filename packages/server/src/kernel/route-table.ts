import type { RouteContract } from "@ostinato/protocol";

export interface FoundRoute<R> {
  readonly route: R;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
}

/** The route of a path with its query string. A literal part precedes a parameter. */
export function findRoute<R extends { readonly contract: RouteContract }>(
  routes: readonly R[],
  method: string,
  path: string,
): FoundRoute<R> | undefined {
  const [pathname = "", search = ""] = path.split("?", 2);
  const parts = pathname.split("/");
  let found: { readonly route: R; readonly free: number } | undefined;
  for (const route of routes) {
    if (route.contract.method !== method) continue;
    const free = freeParts(route.contract.path, parts);
    if (free !== undefined && (found === undefined || free < found.free)) found = { route, free };
  }
  if (found === undefined) return undefined;
  const names = found.route.contract.path.split("/");
  const params = names.flatMap((name, index) =>
    isFree(name) ? [[name.slice(1, -1), decodeURIComponent(parts[index] ?? "")] as const] : [],
  );
  const { route } = found;
  return { route, params: Object.fromEntries(params), query: Object.fromEntries(new URLSearchParams(search)) };
}

/** The number of parameters in the path; undefined if the path does not match. */
function freeParts(path: string, parts: readonly string[]): number | undefined {
  const names = path.split("/");
  if (names.length !== parts.length) return undefined;
  let free = 0;
  for (const [index, name] of names.entries()) {
    if (isFree(name)) free += 1;
    else if (name !== parts[index]) return undefined;
  }
  return free;
}

function isFree(name: string): boolean {
  return name.startsWith("{");
}
