import { rmSync } from "node:fs";
import { mkdir, mkdtemp } from "node:fs/promises";
import { join } from "node:path";

/** A folder of that name for the code of a run; where the name is taken, by another run perhaps, one whose name only begins so. It goes when the process ends. */
export async function newRunFolder(parent: string, name: string): Promise<string> {
  const made = await mkdir(join(parent, name)).then(
    () => join(parent, name),
    (error: NodeJS.ErrnoException) => {
      if (error.code === "EEXIST") return mkdtemp(join(parent, `${name}-`));
      throw error;
    },
  );
  if (folders.size === 0) process.once("exit", removeFolders);
  folders.add(made);
  return made;
}

const folders = new Set<string>();

function removeFolders(): void {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}
