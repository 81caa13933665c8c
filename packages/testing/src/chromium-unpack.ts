import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { inflate } from "@sparticuz/chromium";

// Runs in its own process with TMPDIR set: `inflate` writes into the temporary folder and nowhere else.
const archives = fileURLToPath(new URL("../bin", import.meta.resolve("@sparticuz/chromium")));

await Promise.all(
  ["chromium.br", "fonts.tar.br", "swiftshader.tar.br", "al2023.tar.br"].map((name) => inflate(join(archives, name))),
);
