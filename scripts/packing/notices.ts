import { globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";

/** The licences of the packages whose code is in the product, as those licences ask for. */
export function noticesOf(packageFolders: ReadonlySet<string>): string {
  const notices = [...packageFolders].map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    return { title: `${name} ${version} (${license})`, text: licenceText(folder) };
  });
  const sorted = notices.toSorted((a, b) => (a.title < b.title ? -1 : 1));
  const head = "The code in dist/ contains code of these packages, under their own licences.";
  return [head, ...sorted.map(({ title, text }) => `${title}\n\n${text}`)].join(`\n\n${"-".repeat(80)}\n\n`);
}

function licenceText(folder: string): string {
  const files = globSync("*", { cwd: folder }).filter((file) => /^(licen[cs]e|notice|copying)/i.test(basename(file)));
  return files
    .toSorted()
    .map((file) => readFileSync(join(folder, file), "utf8").trim())
    .join("\n\n");
}
