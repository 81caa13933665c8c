import { existsSync } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { join, sep } from "node:path";
import { pipeline } from "node:stream";
import { fileURLToPath } from "node:url";
import { createGzip } from "node:zlib";
import type { FastifyReply, FastifyRequest } from "fastify";

/** Beside the sources when run from a checkout, beside the bundle when installed. */
export function findUiFolder(): string | undefined {
  const places = ["../../../ui/dist", "../ui", "./ui"].map((path) => fileURLToPath(new URL(path, import.meta.url)));
  return places.find((folder) => existsSync(join(folder, "index.html")));
}

/** One build of the pages. */
export interface UiBuild {
  readonly folder: string;
  readonly page: string;
  /** The paths that may be asked for. */
  readonly files: ReadonlySet<string>;
  /** The files that the build compressed with brotli. */
  readonly compressed: ReadonlySet<string>;
}

/** Returns a function that gives the build in the folder, and reads it again when there is another. */
export function uiBuilds(folder: string): () => Promise<UiBuild | undefined> {
  let known: { readonly changed: number; readonly build: Promise<UiBuild> } | undefined;
  return async () => {
    const changed = await stat(join(folder, "index.html")).then(
      (file) => file.mtimeMs,
      () => undefined,
    );
    if (changed === undefined) return undefined;
    if (known?.changed !== changed) known = { changed, build: readBuild(folder) };
    return known.build;
  };
}

async function readBuild(folder: string): Promise<UiBuild> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile() && !entry.name.startsWith("."))
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length).split(sep).filter(Boolean).join("/"));
  const page = await readFile(join(folder, "index.html"), "utf8");
  const files = new Set(paths.filter((path) => !/\.(br|map)$/.test(path)));
  return { folder, page, files, compressed: new Set([...files].filter((path) => paths.includes(`${path}.br`))) };
}

/** Sends a file with its type, an etag and ranges, compressed where the browser takes that. */
export async function sendUiFile(
  request: FastifyRequest,
  reply: FastifyReply,
  { folder, compressed, path }: UiBuild & { readonly path: string },
): Promise<FastifyReply> {
  const { send, negotiate } = await libraries();
  const type = send.mime.getType(path) ?? "application/octet-stream";
  // Browsers take brotli over HTTPS and from their own machine. For others on a network the file is zipped as it is sent.
  const encoding = negotiate(request.headers["accept-encoding"] ?? "", compressed.has(path) ? ["br", "gzip"] : []);
  const isImmutable = path.startsWith("assets/");
  const found = await send(request.raw, encodeURI(encoding === "br" ? `${path}.br` : path), {
    root: folder,
    contentType: false,
    cacheControl: isImmutable,
    immutable: isImmutable,
    maxAge: "365d",
    // A range counts the bytes sent, which are unknown in advance with gzip.
    acceptRanges: encoding !== "gzip",
  });
  reply.code(found.statusCode).headers({ "cache-control": "no-cache", ...found.headers, vary: "accept-encoding" });
  if (found.type !== "file") return reply.send(found.stream);
  if (found.statusCode === 304) return reply.send();
  reply.type(send.isUtf8MimeType(type) ? `${type}; charset=utf-8` : type);
  if (encoding !== null) reply.header("content-encoding", encoding);
  if (encoding !== "gzip") return reply.send(found.stream);
  return reply.removeHeader("content-length").send(pipeline(found.stream, createGzip(), () => {}));
}

/** Loaded with the first file that is asked for, so that the start of a server does not wait for them. */
async function libraries() {
  const [{ default: send }, { default: negotiate }] = await Promise.all([
    import("@fastify/send"),
    import("@fastify/accept-negotiator"),
  ]);
  // Its own table is older than RFC 9239.
  send.mime.define({ "text/javascript": ["js", "mjs"] }, true);
  return { send, negotiate };
}
