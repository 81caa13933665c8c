import { readdir, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, dirname, join, relative, resolve } from "node:path";
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

/**
 * Lists the files of installed packages that are in the build, for whoever gives it away: in `.modules.json`, as paths from the
 * root of the repository. The licences of fonts are put beside them.
 */
export function modulesInside(): Plugin {
  const root = join(import.meta.dirname, "../..");
  return {
    name: "modules-inside",
    apply: "build",
    async generateBundle(_, bundle) {
      const files = Object.values(bundle).flatMap((file) =>
        file.type === "chunk"
          ? file.moduleIds
          : file.originalFileNames.map((name) => resolve(import.meta.dirname, name)),
      );
      const styles = await Promise.all([...this.getModuleIds()].filter((file) => file.endsWith(".css")).map(importsOf));
      const installed = [...new Set([...files, ...styles.flat()])].filter((file) => file.includes("node_modules"));
      const paths = installed.map((file) => relative(root, file.replace(/^\0|\?.*$/g, "")).replaceAll("\\", "/"));
      this.emitFile({ type: "asset", fileName: ".modules.json", source: JSON.stringify(paths.toSorted()) });
      for (const font of fontFolders(installed)) {
        const source = await readFile(join(font, "LICENSE"), "utf8");
        this.emitFile({ type: "asset", fileName: `assets/${basename(font)}-LICENSE.txt`, source });
      }
    },
  };
}

/** What a style sheet imports is no module of any chunk. */
async function importsOf(file: string): Promise<readonly string[]> {
  const text = await readFile(file, "utf8");
  const names = [...text.matchAll(/@import "((?:@[\w-]+\/)?[\w-]+)/g)].map(([, name]) => `${name}/package.json`);
  const { resolve: find } = createRequire(file);
  return names.map((name) => find(name));
}

/** Packages of fonts: `…/inter/files/inter-latin.woff2` is in `…/inter`. */
function fontFolders(files: readonly string[]): ReadonlySet<string> {
  return new Set(files.filter((file) => file.endsWith(".woff2")).map((file) => dirname(dirname(file))));
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
