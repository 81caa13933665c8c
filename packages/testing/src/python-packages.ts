import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { access, readFile, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/**
 * A Python with the packages that a file of requirements names, in a virtual environment that is made once and kept. Undefined where there is no
 * Python 3.
 */
export async function pythonWith(requirements: string): Promise<string | undefined> {
  const version = await run("python3", ["-VV"]).then(
    ({ stdout }) => stdout,
    () => undefined,
  );
  if (version === undefined) return undefined;
  const wanted = createHash("sha256")
    .update(await readFile(requirements))
    .update(version)
    .digest("hex")
    .slice(0, 16);
  const caches = process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache");
  const folder = join(caches, "ostinato", `python-${wanted}`);
  const ready = join(folder, "ready");
  const isReady = await access(ready).then(
    () => true,
    () => false,
  );
  if (!isReady) {
    await rm(folder, { recursive: true, force: true });
    await run("python3", ["-m", "venv", folder]);
    await run(join(folder, "bin/pip"), ["install", "--quiet", "--disable-pip-version-check", "-r", requirements]);
    await writeFile(ready, "");
  }
  return join(folder, "bin/python");
}
