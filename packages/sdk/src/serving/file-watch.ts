import { watch } from "node:fs";
import { basename, dirname } from "node:path";

/** Editors save a file in several steps. */
const settleMillis = 100;

export interface FileWatch {
  /** Watches the folders that have come to the files since. */
  renew(): void;
  close(): void;
}

/** Calls the function when one of the files is saved, until the watch is closed. Folders are watched, because editors replace files by others. */
export function watchFiles(files: () => readonly string[], onChange: () => void): FileWatch {
  const folders = new Map<string, () => void>();
  let timer: NodeJS.Timeout | undefined;

  function changed(folder: string, name: string | null): void {
    const isOfProgram = name === null || files().some((file) => dirname(file) === folder && basename(file) === name);
    if (!isOfProgram) return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      onChange();
      watchFolders();
    }, settleMillis).unref();
  }

  /** The program may have come to import files of further folders. */
  function watchFolders(): void {
    for (const folder of new Set(files().map((file) => dirname(file)))) {
      if (folders.has(folder)) continue;
      const watcher = watch(folder, { persistent: false }, (_, name) => changed(folder, name));
      watcher.on("error", () => folders.delete(folder));
      folders.set(folder, () => watcher.close());
    }
  }

  watchFolders();
  return {
    renew: watchFolders,
    close() {
      clearTimeout(timer);
      for (const close of folders.values()) close();
    },
  };
}
