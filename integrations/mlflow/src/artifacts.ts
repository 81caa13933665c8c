import { Readable } from "node:stream";
import { type Bucket, type BucketObject, type BucketStore, bucketOf } from "ostinato/bucket";
import { refused } from "./explanation.ts";
import { MlflowError } from "./mlflow-error.ts";
import type { Rest } from "./rest.ts";

const proxy = "api/2.0/mlflow-artifacts/artifacts";

/** The artifacts at an address that MLflow gives, such as `mlflow-artifacts:/1/2f0c/artifacts`, through the proxy of its server. */
export function artifactsAt(rest: Rest, uri: string): Bucket {
  const folder = proxiedFolder(uri);
  if (folder === undefined) {
    throw new MlflowError(
      `MLflow at ${rest.url} keeps these artifacts at ${uri}, where programs write by themselves; start it with --serve-artifacts and --artifacts-destination, and make a new experiment, whose artifacts go through the server`,
      { code: "MLFLOW_UNSUPPORTED" },
    );
  }
  return bucketOf({ scheme: "mlflow-artifacts", bucket: new URL(rest.url).host, folder }, storeOf(rest));
}

/** `mlflow-artifacts:/1/2f0c/artifacts`, `mlflow-artifacts://host/1/2f0c/artifacts`, or the address of the proxy itself. */
function proxiedFolder(uri: string): string | undefined {
  const [, path] = /^mlflow-artifacts:(?:\/\/[^/]*)?\/(.*)$/.exec(uri) ?? [];
  const [, proxied] = /^https?:.*\/api\/2\.0\/mlflow-artifacts\/artifacts\/(.*)$/.exec(uri) ?? [];
  return path ?? proxied;
}

function storeOf(rest: Rest): BucketStore {
  const answered = async (what: string, response: Response): Promise<Response | undefined> => {
    if (response.ok) return response;
    const text = await response.text();
    if (response.status === 404) return undefined;
    throw refused(what, { url: rest.url, status: response.status, text });
  };
  const filesIn = async (folder: string): Promise<readonly WireFile[]> => {
    const response = await answered(
      "the list of artifacts",
      await rest.fetch(`${proxy}?${new URLSearchParams({ path: folder })}`),
    );
    const { files = [] } = response === undefined ? {} : ((await response.json()) as { files?: WireFile[] });
    return files.map(({ path, ...others }) => ({
      ...others,
      path: folder === "" ? path : `${folder}/${nameOf(path)}`,
    }));
  };
  /** Folders are asked one by one: the proxy lists no deeper than one. */
  async function* below(folder: string, prefix: string): AsyncGenerator<BucketObject> {
    for (const { path, is_dir, file_size } of await filesIn(folder)) {
      if (is_dir) {
        if (`${path}/`.startsWith(prefix) || prefix.startsWith(`${path}/`)) yield* below(path, prefix);
      } else if (path.startsWith(prefix)) {
        yield { key: path, bytes: Number(file_size ?? 0), modified: undefined };
      }
    }
  }
  const exists = async (key: string) =>
    (await filesIn(folderOf(key))).some(({ path, is_dir }) => path === key && !is_dir);
  return {
    async read(key) {
      const response = await rest.fetch(addressOf(key));
      // MLflow 2 answers 500 for a file that is not there.
      if (response.status === 500 && !(await exists(key))) return undefined;
      const found = await answered("an artifact", response);
      if (found === undefined) return undefined;
      return { content: found.body === null ? Readable.from([]) : Readable.fromWeb(found.body) };
    },
    async write(key, { content, bytes, contentType }) {
      const headers = {
        "content-type": contentType,
        ...(bytes === undefined ? {} : { "content-length": String(bytes) }),
      };
      const response = await unlessBroken(content, () =>
        rest.fetch(addressOf(key), { method: "PUT", headers, body: content, duplex: "half" }),
      );
      if ((await answered("an artifact", response)) !== undefined) return;
      throw new MlflowError(
        `MLflow at ${rest.url} has no proxy for artifacts; start it with --serve-artifacts and --artifacts-destination`,
        { code: "MLFLOW_UNSUPPORTED", status: 404 },
      );
    },
    list: (prefix) => below(folderOf(prefix), prefix),
    exists,
    async delete(key) {
      await answered("the deletion of an artifact", await rest.fetch(addressOf(key), { method: "DELETE" }));
    },
    link: async (key) => `${rest.url}/${addressOf(key)}`,
    explain: (error) => (error instanceof Error ? error.message : String(error)),
  };
}

/** The error of a source that broke is the one to tell, and not that of the request that lost it. */
async function unlessBroken<T>(content: Uint8Array | Readable, act: () => Promise<T>): Promise<T> {
  let broken: Error | undefined;
  if (content instanceof Readable) content.once("error", (error) => (broken = error));
  try {
    return await act();
  } catch (error) {
    throw broken ?? error;
  }
}

interface WireFile {
  readonly path: string;
  readonly is_dir: boolean;
  readonly file_size?: number | string;
}

/** Of the text before the last slash; empty where there is none. */
function folderOf(key: string): string {
  return key.slice(0, Math.max(key.lastIndexOf("/"), 0));
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

function addressOf(key: string): string {
  return `${proxy}/${key.split("/").map(encodeURIComponent).join("/")}`;
}
