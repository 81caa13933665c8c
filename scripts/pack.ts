import { relative, resolve } from "node:path";
import { pack } from "./packing/pack.ts";

const [target, ...names] = process.argv.slice(2);
if (target === undefined) {
  console.error("Say where the tarballs shall go: npm run pack -- <folder> [<package>…]");
  process.exitCode = 1;
} else {
  const files = await pack(resolve(target), names.length === 0 ? undefined : names);
  for (const file of files) console.log(relative(process.cwd(), file));
}
