import { randomUUID } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { homeFolder } from "../home.ts";
import type { ResultStore } from "./result-store.ts";

const scheme = "local:";
const locationPattern = /^local:([\w-]{2})\/([\w-]+)$/;

/** Results as files of one folder, for their owner only: `OSTINATO_HOME/results` unless told otherwise. */
export function localResultStore(folder = join(homeFolder(), "results")): ResultStore {
  return {
    async write(name, text) {
      const shelf = name.slice(-2);
      await mkdir(join(folder, shelf), { recursive: true, mode: 0o700 });
      // A reader never sees half a file, and a crash leaves none under the name.
      const draft = join(folder, shelf, `.${name}.${randomUUID()}`);
      await writeFile(draft, pieces(text), { mode: 0o600 });
      await rename(draft, join(folder, shelf, name));
      return `${scheme}${shelf}/${name}`;
    },
    async read(location) {
      // The location comes from a server: it must not lead out of the folder.
      const match = locationPattern.exec(location);
      if (match?.[1] === undefined || match[2] === undefined) return undefined;
      try {
        return await readFile(join(folder, match[1], match[2]), "utf8");
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
        throw error;
      }
    },
  };
}

const pieceCharacters = 1024 * 1024;

/** A long text in pieces, so that its bytes are never all in memory beside it. No character is cut in two. */
function* pieces(text: string): Generator<string> {
  for (let at = 0; at < text.length; ) {
    const cutsPair = /[\ud800-\udbff]/.test(text[at + pieceCharacters - 1] ?? "");
    const end = at + pieceCharacters + (cutsPair ? 1 : 0);
    yield text.slice(at, end);
    at = end;
  }
}
