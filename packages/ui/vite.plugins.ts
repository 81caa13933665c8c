import { readdir, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, join, relative, resolve } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants } from "node:zlib";
import { build, type ESTree, type Plugin, type Rolldown } from "vite";

/** Collects the static imports of these files, recursively, without dynamic imports. */
export function importedAtOnce(entries: readonly string[]): {
  readonly plugin: Plugin;
  readonly includes: (id: string) => boolean;
} {
  const modules = new Set(["\0rolldown/runtime.js"]);
  return {
    includes: (id) => modules.has(id),
    plugin: {
      name: "imported-at-once",
      apply: "build",
      buildEnd() {
        for (const entry of entries) modules.add(join(import.meta.dirname, entry));
        // Iterating over a set includes items added meanwhile.
        for (const id of modules)
          for (const imported of this.getModuleInfo(id)?.importedIds ?? []) modules.add(imported);
      },
    },
  };
}

/** Inlines a script of index.html with all of its imports, so that it runs without a request. */
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
    plugins: [earlyParts()],
    build: {
      write: false,
      target: "es2023",
      rolldownOptions: { input, treeshake: { moduleSideEffects: false }, output: { format: "iife" } },
    },
  });
  if (!("output" in built)) throw new Error(`${input} was not built once`);
  const [{ code }] = built.output;
  if (code.includes("import(")) throw new Error(`${input} would load something on demand: see earlyParts`);
  if (code.includes("</script")) throw new Error(`${input} can't stand in a document`);
  return code.trim();
}

/** The parts of a page definition that its first queries need. */
const early = new Set(["path", "formerPaths", "search", "searchDeps", "questions", "topic"]);

/** Removes the other parts of each `definePage({…})` and their imports, which keeps the document small. */
function earlyParts(): Plugin {
  return {
    name: "early-parts",
    // No dynamic imports are left; allowing them would wrap every module.
    resolveDynamicImport: () => false,
    transform: {
      filter: { id: /\/page\.ts$/ },
      handler(code) {
        const cuts = this.parse(code).body.flatMap((statement) => {
          const declaration = statement.type === "ExportNamedDeclaration" ? statement.declaration : null;
          if (declaration?.type !== "VariableDeclaration") return [];
          return declaration.declarations.flatMap(({ init }) => latePropertiesOf(init));
        });
        const kept = cuts.toReversed().reduce((text, { start, end }) => text.slice(0, start) + text.slice(end), code);
        return { code: kept, map: null };
      },
    },
  };
}

interface Cut {
  readonly start: number;
  readonly end: number;
}

function latePropertiesOf(call: ESTree.Expression | null): readonly Cut[] {
  if (call?.type !== "CallExpression" || call.callee.type !== "Identifier" || call.callee.name !== "definePage")
    return [];
  const [definition] = call.arguments;
  if (definition?.type !== "ObjectExpression") return [];
  return definition.properties.flatMap((property, index) => {
    if (property.type === "SpreadElement" || property.key.type !== "Identifier" || early.has(property.key.name))
      return [];
    return [{ start: property.start, end: definition.properties[index + 1]?.start ?? property.end }];
  });
}

/** Inserts the file names of this build's assets into the inline scripts of index.html. */
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

/** Leaves out the older forms in which a style sheet offers a font: every browser that can run the pages reads WOFF2. */
export function fontsOnce(): Plugin {
  return {
    name: "fonts-once",
    apply: "build",
    enforce: "pre",
    transform: {
      filter: { id: /\.css$/ },
      handler: (code) => ({ code: code.replace(/,url\([^)]*\.(?:woff|ttf)\) ?format\([^)]*\)/g, ""), map: null }),
    },
  };
}

/**
 * Lists the files of installed packages in the build, for licence notices: in `.modules.json`, as paths from the root of the repository.
 * Font licences are copied beside them. Programs of workers are builds of their own, which end before the build of the pages.
 */
export function modulesInside(): { readonly plugin: Plugin; readonly ofWorkers: Plugin } {
  const root = join(import.meta.dirname, "../..");
  const inWorkers: string[] = [];
  const ofWorkers: Plugin = {
    name: "modules-inside-workers",
    apply: "build",
    generateBundle(_, bundle) {
      inWorkers.push(...Object.values(bundle).flatMap(modulesOf));
    },
  };
  const plugin: Plugin = {
    name: "modules-inside",
    apply: "build",
    async generateBundle(_, bundle) {
      const files = Object.values(bundle).flatMap(modulesOf);
      const styles = await Promise.all([...this.getModuleIds()].filter((file) => file.endsWith(".css")).map(importsOf));
      const installed = [...new Set([...files, ...inWorkers, ...styles.flat()])].filter((file) =>
        file.includes("node_modules"),
      );
      const paths = installed.map((file) => relative(root, file.replace(/^\0|\?.*$/g, "")).replaceAll("\\", "/"));
      this.emitFile({ type: "asset", fileName: ".modules.json", source: JSON.stringify(paths.toSorted()) });
      for (const font of fontFolders(installed)) {
        const source = await readFile(join(font, "LICENSE"), "utf8");
        this.emitFile({ type: "asset", fileName: `assets/${basename(font)}-LICENSE.txt`, source });
      }
    },
  };
  return { plugin, ofWorkers };
}

function modulesOf(file: Rolldown.OutputAsset | Rolldown.OutputChunk): readonly string[] {
  return file.type === "chunk"
    ? file.moduleIds
    : file.originalFileNames.map((name) => resolve(import.meta.dirname, name));
}

/** Imports of a style sheet are not modules of any chunk. */
async function importsOf(file: string): Promise<readonly string[]> {
  const text = await readFile(file, "utf8");
  const names = [...text.matchAll(/@import "((?:@[\w-]+\/)?[\w-]+)/g)].map(([, name]) => `${name}/package.json`);
  const { resolve: find } = createRequire(file);
  return names.map((name) => find(name));
}

/** Packages of fonts: `…/inter/files/inter-latin.woff2` is in `…/inter`. */
function fontFolders(files: readonly string[]): ReadonlySet<string> {
  const fonts = files.filter((file) => file.endsWith(".woff2"));
  return new Set(fonts.flatMap((file) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? []));
}

/** Compresses text files as well as possible at build time, instead of in every server. */
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
