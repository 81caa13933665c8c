import { globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";

/** The licences of the packages whose code is in the product, as those licences require. */
export function noticesOf(packageFolders: ReadonlySet<string>): string {
  const notices = [...packageFolders].map((folder) => {
    const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as PackageManifest;
    const { name, version, license } = manifest;
    const text = licenceText(folder) || standardText(manifest);
    return { title: `${name} ${version} (${license})`, text: `${sourceOf(manifest)}\n\n${text}` };
  });
  const sorted = notices.toSorted((a, b) => (a.title < b.title ? -1 : 1));
  const head = "The files in dist/ contain code, styles and fonts of these packages, under their own licences.";
  return [head, ...sorted.map(({ title, text }) => `${title}\n\n${text}`)].join(`\n\n${"-".repeat(80)}\n\n`);
}

interface PackageManifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  readonly author?: string | { readonly name?: string };
  readonly repository?: string | { readonly url?: string };
}

/** Some packages name the MIT licence but omit its text, which is standard. Any other text must come from its owner. */
function standardText({ name, version, license, author }: PackageManifest): string {
  const holder = typeof author === "string" ? author.replace(/ *<.*/, "") : author?.name;
  if (license !== "MIT" || holder === undefined) {
    throw new Error(`${name} ${version} has no text of its licence (${license}) to go with its code`);
  }
  const text = readFileSync(join(import.meta.dirname, "mit-licence.txt"), "utf8").trim();
  return `Copyright (c) ${holder}\n\n${text}`;
}

/** The address of its source, which some licences require from distributors of derived works. */
function sourceOf({ name, version, repository }: PackageManifest): string {
  const address = typeof repository === "string" ? repository : repository?.url;
  const place = address === undefined ? "" : ` and ${readable(address)}`;
  return `Its source, under the licence that follows: https://www.npmjs.com/package/${name}/v/${version}${place}`;
}

/** Turns `git+ssh://git@github.com/a/b.git`, `github:a/b` and `a/b` into addresses for browsers. */
function readable(repository: string): string {
  const path = /^(?:github:)?([\w.-]+\/[\w.-]+)$/.exec(repository)?.[1];
  if (path !== undefined) return `https://github.com/${path}`;
  return repository
    .replace(/^git\+/, "")
    .replace(/^(ssh|git):\/\/(git@)?/, "https://")
    .replace(/^git@([\w.-]+):/, "https://$1/")
    .replace(/\.git$/, "");
}

function licenceText(folder: string): string {
  const files = globSync("*", { cwd: folder }).filter((file) => /^(licen[cs]e|notice|copying)/i.test(basename(file)));
  return files
    .toSorted()
    .map((file) => readFileSync(join(folder, file), "utf8").trim())
    .join("\n\n");
}
