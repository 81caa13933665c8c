import { randomUUID } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { localResultFile, localResultPlace, localResultScheme, parseLocalResultPlace } from "@ostinato/core";
import { homeFolder } from "../home.ts";
import type { ResultStore, ResultStoreDefinition } from "./result-store.ts";

/** The store that is always registered. */
export const localStore: ResultStoreDefinition = {
  scheme: localResultScheme,
  checkRoot: (root) => (root === "" ? undefined : '"local" alone: the folder is OSTINATO_HOME/results'),
  open: () => localResultStore(),
};

/** Stores results as files of one folder, readable by their owner only: `OSTINATO_HOME/results` by default. */
export function localResultStore(folder = join(homeFolder(), "results")): ResultStore {
  return {
    async write({ name, text }) {
      const file = localResultFile(name);
      const shelf = join(folder, file.shelf);
      await mkdir(shelf, { recursive: true, mode: 0o700 });
      // Write and rename: a reader never sees half a file, and a crash leaves none under the name.
      const draft = join(shelf, `.${name}.${randomUUID()}`);
      await writeFile(draft, pieces(text), { mode: 0o600 });
      await rename(draft, join(shelf, name));
      return localResultPlace(file);
    },
    async read(place) {
      const file = parseLocalResultPlace(place);
      if (file === undefined) return undefined;
      try {
        return await readFile(join(folder, file.shelf, file.name), "utf8");
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
        throw error;
      }
    },
  };
}

const pieceCharacters = 1024 * 1024;

/** Yields the text in pieces, so that its encoded bytes are never in memory as a whole. No piece splits a surrogate pair. */
function* pieces(text: string): Generator<string> {
  for (let at = 0; at < text.length; ) {
    const cutsPair = /[\ud800-\udbff]/.test(text[at + pieceCharacters - 1] ?? "");
    const end = at + pieceCharacters + (cutsPair ? 1 : 0);
    yield text.slice(at, end);
    at = end;
  }
}
