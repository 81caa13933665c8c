import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { makePrivateFolder } from "../db/private-files.ts";
import type { Config } from "../kernel/config.ts";
import { type Key, newKey, readKey } from "../kernel/keys.ts";

/**
 * The keys that this server has: those of the setting, then those of its key file. The file is made with the first secret where there
 * is no setting.
 */
export interface Keyring {
  /** The file beside the database, or in the home folder for a PostgreSQL. */
  readonly file: string;
  /** Whether the setting names keys. */
  readonly isSet: boolean;
  /** In the order in which new secrets would use them. */
  keys(): readonly Key[];
  /** The key with the id; undefined where this server does not have it. */
  find(id: string): Key | undefined;
  /** Makes the key file with a first key. Gives what it holds then: another process may have made it before. */
  begin(): Key;
  /** Puts these keys in place of those of the file. */
  write(keys: readonly Key[]): void;
}

export function createKeyring({ encryptionKeys, database, home }: Config): Keyring {
  const file = database.kind === "sqlite" ? `${database.file}.key` : join(home, "ostinato.key");
  const set = encryptionKeys.flatMap((text) => readKey(text) ?? []);
  let inFile: readonly Key[] | undefined;
  const keys = () => {
    inFile ??= readKeys(file);
    return [...set, ...inFile];
  };
  return {
    file,
    isSet: set.length > 0,
    keys,
    find(id) {
      const known = keys().find((key) => key.id === id);
      if (known !== undefined) return known;
      // Another process may have made or changed the file since it was read.
      inFile = undefined;
      return keys().find((key) => key.id === id);
    },
    begin() {
      inFile = undefined;
      const [first] = keys();
      if (first !== undefined) return first;
      const key = newKey();
      writeFirst(file, [key]);
      inFile = undefined;
      return keys()[0] ?? key;
    },
    write(written) {
      writeFileSync(`${file}.new`, textOf(written), { mode: 0o600 });
      renameSync(`${file}.new`, file);
      inFile = written;
    },
  };
}

function readKeys(file: string): readonly Key[] {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  }
  return text.split("\n").flatMap((line) => readKey(line.trim()) ?? []);
}

/** The file appears whole, and one that somebody else has made meanwhile stays. */
function writeFirst(file: string, keys: readonly Key[]): void {
  makePrivateFolder(dirname(file));
  const draft = `${file}.${process.pid}.new`;
  writeFileSync(draft, textOf(keys), { mode: 0o600 });
  try {
    linkSync(draft, file);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

function textOf(keys: readonly Key[]): string {
  return `${heading}${keys.map(({ text }) => `${text}\n`).join("")}`;
}

const heading = "# Opens the secrets of the database. Keep it as safe as the database, and apart from its backups.\n";
