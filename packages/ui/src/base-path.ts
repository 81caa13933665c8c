/**
 * The base address of the pages and the API. The `base` element is its only source: the server writes it, and the script in index.html
 * corrects it behind a proxy. Nothing else in the program knows a host, a port or a prefix.
 */
const base = new URL(document.baseURI);

/** The path of the pages, with a slash at both ends. */
export const basePath = base.pathname.endsWith("/") ? base.pathname : `${base.pathname}/`;

export const apiBase = new URL("api", new URL(basePath, location.origin)).href;

export const liveAddress = `${apiBase.replace(/^http/, "ws")}/ui/live`;

/** Whether the server asks for a password; the server writes this beside the base address. */
export const passwordRequired = document.querySelector("base[data-ostinato-password]") !== null;

export function apiAddress(path: string): string {
  return `${apiBase}/${path}`;
}

/** The absolute address of a page, for copying. */
export function pageAddress(path: string): string {
  return new URL(`${basePath}${path.replace(/^\//, "")}`, location.origin).href;
}
