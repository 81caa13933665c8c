import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type DockerEngine, findProgram } from "@ostinato/testing/docker-engine";
import { copyPrograms, importImage } from "@ostinato/testing/docker-image";
import { installProduct } from "../product.ts";

/**
 * Gives the engine an image as a user makes it: the packed product and the files in `/app`, with Node, npm and a shell. They are those of this
 * machine, since no image can be pulled everywhere. Returns the name of the image.
 */
export async function importProductImage(
  engine: DockerEngine,
  files: Readonly<Record<string, string>>,
): Promise<string> {
  const root = mkdtempSync(join(tmpdir(), "ostinato-image-"));
  try {
    mkdirSync(join(root, "tmp"));
    copyPrograms(root, ["sh", "env", "cat", process.execPath]);
    const npx = realpathSync(findProgram("npx") ?? "npx");
    cpSync(join(dirname(npx), ".."), join(root, "npm"), { recursive: true });
    mkdirSync(join(root, "bin"), { recursive: true });
    symlinkSync("/npm/bin/npx-cli.js", join(root, "bin/npx"));
    await installProduct(join(root, "app"));
    for (const [name, content] of Object.entries(files)) writeFileSync(join(root, "app", name), content);
    const image = `ostinato-test:product-${process.pid}`;
    const path = ["/bin", "/usr/bin", dirname(process.execPath)].join(":");
    await importImage(engine, { image, folder: root, instructions: [`ENV PATH=${path}`, "WORKDIR /app"] });
    return image;
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}
