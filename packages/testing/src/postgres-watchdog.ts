import { rmSync } from "node:fs";

// Started beside each test PostgreSQL with a pipe as standard input. The pipe closes when the process that wanted the
// cluster is gone, however it went (Ctrl-C, kill -9): then nothing else would stop PostgreSQL and remove its folder.
const [pid, folder] = process.argv.slice(2);
let dismissed = false;

process.stdin.on("data", () => {
  dismissed = true;
});
process.stdin.on("close", () => {
  if (dismissed || pid === undefined || folder === undefined) return;
  try {
    process.kill(Number(pid), "SIGQUIT");
  } catch {}
  removeWhenStopped(Number(pid), folder);
});

function removeWhenStopped(postgres: number, path: string): void {
  if (isAlive(postgres)) {
    setTimeout(removeWhenStopped, 50, postgres, path);
  } else {
    rmSync(path, { recursive: true, force: true, maxRetries: 5 });
  }
}

function isAlive(process_: number): boolean {
  try {
    return process.kill(process_, 0);
  } catch {
    return false;
  }
}
