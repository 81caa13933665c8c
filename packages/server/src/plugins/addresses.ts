import type { IncomingMessage } from "node:http";

/** The path and the query of a request as they were sent. Whatever else stands there is a path that nothing has. */
export function addressOf(target = "/"): { readonly pathname: string; readonly search: string } {
  const { pathname, search } = URL.parse(target.startsWith("/") ? `http://server${target}` : target) ?? nowhere;
  return { pathname, search };
}

const nowhere = { pathname: "/", search: "" };

/**
 * HEAD is GET without the body, which Node leaves out by itself: it has read the method already. Routes of their own would cost
 * a script's start 15 ms. The address stays as it is.
 */
export function asGet(request: IncomingMessage): string {
  if (request.method === "HEAD" && request.headers.upgrade === undefined) request.method = "GET";
  return request.url ?? "/";
}
