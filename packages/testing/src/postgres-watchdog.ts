import { rmSync } from "node:fs";

// Runs beside each test PostgreSQL with a pipe as standard input. The pipe closes when the owner of the cluster is gone for any reason
// (Ctrl-C, kill -9): nothing else would stop PostgreSQL and remove its folder.
const [postgresPid, folder] = process.argv.slice(2);
let dismissed = false;

process.stdin.on("data", () => {
  dismissed = true;
});
process.stdin.on("close", () => {
  if (dismissed || postgresPid === undefined || folder === undefined) return;
  try {
    process.kill(Number(postgresPid), "SIGQUIT");
  } catch {}
  removeWhenStopped(Number(postgresPid), folder);
});

function removeWhenStopped(postgres: number, path: string, patienceMillis = 10_000): void {
  // A dead process counts as alive until it is reaped, which a container without an init process never does.
  if (patienceMillis > 0 && isAlive(postgres)) setTimeout(removeWhenStopped, 50, postgres, path, patienceMillis - 50);
  else rmSync(path, { recursive: true, force: true, maxRetries: 5 });
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
