import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants } from "node:zlib";
import { build, type Plugin } from "vite";

/** Puts a script that index.html names, with all that it imports, into the document itself: it runs without being fetched. */
export function inlined(source: string): Plugin {
  return {
    name: "inlined",
    apply: "build",
    transformIndexHtml: {
      order: "pre",
      async handler(html) {
        const tag = `<script type="module" src="./${source}"></script>`;
        if (!html.includes(tag)) throw new Error(`index.html has no ${tag}`);
        const code = await bundled(join(import.meta.dirname, source));
        return html.replace(tag, () => `<script>${code}</script>`);
      },
    },
  };
}

async function bundled(input: string): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: "warn",
    build: { write: false, target: "es2023", rolldownOptions: { input, output: { format: "iife" } } },
  });
  if (!("output" in built)) throw new Error(`${input} was not built once`);
  const [{ code }] = built.output;
  if (code.includes("</script")) throw new Error(`${input} can't stand in a document`);
  return code.trim();
}

/** Writes the names that assets have in this build into the inline scripts of index.html. */
export function assetNames(names: Readonly<Record<string, RegExp>>): Plugin {
  return {
    name: "asset-names",
    apply: "build",
    transformIndexHtml: {
      order: "post",
      handler(html, { bundle = {} }) {
        const tags = Object.entries(names).map(([name, pattern]) => {
          const file = Object.keys(bundle).find((path) => pattern.test(path));
          if (file === undefined) throw new Error(`The build has no asset for ${name}`);
          return `<script>var ${name} = ${JSON.stringify(file)};</script>`;
        });
        return html.replace("<script>", () => `${tags.join("")}<script>`);
      },
    },
  };
}

/** Compresses what travels as well as it goes, once, and not in every server that starts. */
export function compressed(): Plugin {
  return {
    name: "compressed",
    apply: "build",
    async writeBundle({ dir = "" }) {
      const files = await readdir(join(dir, "assets"));
      await Promise.all(
        files.filter((file) => /\.(js|css)$/.test(file)).map((file) => compress(join(dir, "assets", file))),
      );
    },
  };
}

async function compress(file: string): Promise<void> {
  const content = await readFile(file);
  const params = { [constants.BROTLI_PARAM_SIZE_HINT]: content.length };
  await writeFile(`${file}.br`, await promisify(brotliCompress)(content, { params }));
}
