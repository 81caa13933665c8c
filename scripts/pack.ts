import { relative, resolve } from "node:path";
import { pack } from "./packing/pack.ts";

const [target] = process.argv.slice(2);
if (target === undefined) {
  console.error("Say where the tarball shall go: npm run pack -- <folder>");
  process.exitCode = 1;
} else {
  console.log(relative(process.cwd(), await pack(resolve(target))));
}
