import {
  chmodSync,
  chownSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type DockerEngine, findProgram } from "@ostinato/testing/docker-engine";
import { copyPrograms, importImage } from "@ostinato/testing/docker-image";
import { installProduct, repository } from "../product.ts";

/** What an image has besides the packed product. */
interface ProductImage {
  /** What else stands in `/app`, by name. */
  readonly files?: Readonly<Record<string, string>>;
  /** Files of the repository, by where they stand in the image. */
  readonly copied?: Readonly<Record<string, string>>;
  /** Folders that the user 1000 may write to. */
  readonly owned?: readonly string[];
  /** What a Dockerfile says of its containers, after the search path and `/app` as the working folder. */
  readonly instructions?: readonly string[];
}

let images = 0;

/**
 * Gives the engine an image as a user makes it: the packed product and the files in `/app`, with Node, npm and a shell. They are those of this
 * machine, since no image can be pulled everywhere. Returns the name of the image.
 */
export async function importProductImage(engine: DockerEngine, given: ProductImage): Promise<string> {
  const { files = {}, copied = {}, owned = [], instructions = [] } = given;
  const root = mkdtempSync(join(tmpdir(), "ostinato-image-"));
  try {
    // Everybody in the container goes through it.
    chmodSync(root, 0o755);
    mkdirSync(join(root, "tmp"));
    chmodSync(join(root, "tmp"), 0o1777);
    copyPrograms(root, ["sh", "env", "cat", process.execPath]);
    const npx = realpathSync(findProgram("npx") ?? "npx");
    cpSync(join(dirname(npx), ".."), join(root, "npm"), { recursive: true });
    mkdirSync(join(root, "bin"), { recursive: true });
    symlinkSync("/npm/bin/npx-cli.js", join(root, "bin/npx"));
    await installProduct(join(root, "app"));
    for (const [name, content] of Object.entries(files)) writeFileSync(join(root, "app", name), content);
    for (const [place, file] of Object.entries(copied)) cpSync(join(repository, file), join(root, place));
    for (const folder of owned) {
      mkdirSync(join(root, folder), { recursive: true });
      chownSync(join(root, folder), 1000, 1000);
    }
    images += 1;
    const image = `ostinato-test:product-${process.pid}-${images}`;
    const path = ["/bin", "/usr/bin", dirname(process.execPath)].join(":");
    await importImage(engine, {
      image,
      folder: root,
      instructions: [`ENV PATH=${path}`, "WORKDIR /app", ...instructions],
    });
    return image;
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}
