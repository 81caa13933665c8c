import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { extname, join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

/** Beside the sources when run from a checkout, beside the bundle when installed. */
export function findUiFolder(): string | undefined {
  const places = ["../../../ui/dist", "../ui", "./ui"].map((path) => fileURLToPath(new URL(path, import.meta.url)));
  return places.find((folder) => existsSync(join(folder, "index.html")));
}

export interface UiFile {
  readonly content: Buffer;
  readonly type: string;
  readonly etag: string;
  /** Named by what it holds, so that it never changes. */
  readonly immutable: boolean;
  /** The content in the best encoding that the header accepts. Each is made once. */
  encoded(
    acceptEncoding: string | undefined,
  ): Promise<{ readonly body: Buffer; readonly encoding: Encoding | undefined }>;
}

/** The built UI, read into memory file by file as it is asked for; read again when it was built anew. */
export interface UiFiles {
  file(path: string): Promise<UiFile | undefined>;
}

export function uiFiles(folder: string): UiFiles {
  let built = 0;
  let known = new Map<string, Promise<UiFile> | undefined>();

  async function refresh(): Promise<void> {
    const changed = await stat(join(folder, "index.html")).then(
      (file) => file.mtimeMs,
      () => 0,
    );
    if (changed === built) return;
    built = changed;
    known = new Map((await list(folder)).map((path) => [path, undefined]));
  }

  return {
    async file(path) {
      if (path === "index.html" || !known.has(path)) await refresh();
      if (!known.has(path)) return undefined;
      const file = known.get(path) ?? load(folder, path);
      known.set(path, file);
      return file;
    },
  };
}

async function list(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile() && !/^\.|\.(br|gz|map)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length).split(sep).filter(Boolean).join("/"));
}

async function load(folder: string, path: string): Promise<UiFile> {
  const content = await readFile(join(folder, path));
  const made = new Map<Encoding, Promise<Buffer>>();
  const type = types[extname(path)] ?? "application/octet-stream";
  const compressible = content.length >= minCompressedBytes && /text|javascript|json|svg|wasm/.test(type);
  return {
    content,
    type,
    etag: `"${createHash("sha256").update(content).digest("base64url").slice(0, 22)}"`,
    immutable: path.startsWith("assets/"),
    async encoded(accepted) {
      const encoding = compressible ? bestEncoding(accepted) : undefined;
      if (encoding === undefined) return { body: content, encoding };
      const body = made.get(encoding) ?? compress(join(folder, path), content, encoding);
      made.set(encoding, body);
      return { body: await body, encoding };
    },
  };
}

type Encoding = "br" | "gzip";

const minCompressedBytes = 1024;
const extensions: Readonly<Record<Encoding, string>> = { br: ".br", gzip: ".gz" };

function bestEncoding(accepted = ""): Encoding | undefined {
  const offers = accepted.split(",").map((offer) => offer.trim());
  const accepts = (name: string) =>
    offers.some((offer) => offer.split(";")[0] === name && !/;\s*q=0(\.0*)?$/.test(offer));
  return (["br", "gzip"] as const).find(accepts);
}

/** What the build has compressed already, else compressed here: at a level that takes milliseconds, not seconds. */
async function compress(file: string, content: Buffer, encoding: Encoding): Promise<Buffer> {
  const ready = await readFile(file + extensions[encoding]).catch(() => undefined);
  if (ready !== undefined) return ready;
  if (encoding === "gzip") return promisify(gzip)(content, { level: 7 });
  return promisify(brotliCompress)(content, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 6, [constants.BROTLI_PARAM_SIZE_HINT]: content.length },
  });
}

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".ico": "image/x-icon",
  ".txt": "text/plain; charset=utf-8",
  ".woff2": "font/woff2",
  ".wasm": "application/wasm",
  ".webmanifest": "application/manifest+json",
};
