import { execFile, execFileSync } from "node:child_process";
import { mkdir, open, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

/** A file system that is small enough to be filled. */
export interface SmallDisk {
  readonly folder: string;
  /** Fills all free space, to the last byte. */
  fill(): Promise<void>;
  free(): Promise<void>;
  remove(): Promise<void>;
}

const pieceBytes = 1024 * 1024;

/** Mounts a file system at `folder`, which takes root on Linux; undefined where that is impossible. */
export async function mountSmallDisk(folder: string, megabytes: number): Promise<SmallDisk | undefined> {
  await mkdir(folder, { recursive: true });
  const options = ["-t", "tmpfs", "-o", `size=${megabytes}m,mode=0777`, "tmpfs", folder];
  const mounted = await promisify(execFile)("mount", options).then(
    () => true,
    () => false,
  );
  if (!mounted) return undefined;
  const unmount = () => execFileSync("umount", ["--lazy", folder], { stdio: "ignore" });
  process.once("exit", unmount);
  const ballast = join(folder, "ballast");
  return {
    folder,
    fill: () => fillDisk(ballast),
    free: () => rm(ballast, { force: true }),
    async remove() {
      process.off("exit", unmount);
      unmount();
    },
  };
}

async function fillDisk(ballast: string): Promise<void> {
  const file = await open(ballast, "a");
  const piece = Buffer.alloc(pieceBytes);
  // Ever smaller pieces fill the space that other processes free meanwhile.
  let bytes = pieceBytes;
  try {
    while (bytes > 0) {
      try {
        const { bytesWritten } = await file.write(piece, 0, bytes);
        if (bytesWritten < bytes) bytes = bytes >> 1;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
        bytes = bytes >> 1;
      }
    }
  } finally {
    await file.close();
  }
}
