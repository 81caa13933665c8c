import { homedir } from "node:os";

/** `~/.ostinato/ostinato.db` for a file below the user's own folder. */
export function shortPath(path: string): string {
  const own = homedir();
  return path.startsWith(`${own}/`) ? `~${path.slice(own.length)}` : path;
}
