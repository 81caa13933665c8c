import { globSync, readFileSync } from "node:fs";
import { chancesInRules, stateNameLiterals, wordsToReplace } from "./code-rules.ts";

// Prints each violation of a code rule that the compiler cannot check. Paths are relative to the working folder, the root.
const tests = ["**/*.test.{ts,tsx}"];
const sources = globSync("packages/{sdk,client,server,ui,cli,worker,protocol,ostinato}/src/**/*.{ts,tsx}", {
  exclude: tests,
});
const worded = globSync("packages/*/src/**/*.{ts,tsx}", { exclude: tests });
const rules = globSync("packages/server/src/{**/*.rules.ts,orchestration/*-{rules,rule-sets,followers}.ts}", {
  exclude: tests,
});

let breaches = 0;
report(sources, stateNameLiterals);
report(worded, wordsToReplace);
report(rules, (_path, source) => chancesInRules(source));
console.log(`${worded.length} files and ${rules.length} rules, ${breaches} breaches`);
process.exitCode = breaches === 0 ? 0 : 1;

function report(files: readonly string[], check: typeof stateNameLiterals): void {
  for (const file of files) {
    for (const { line, message } of check(file, readFileSync(file, "utf8"))) {
      console.error(`${file}:${line} ${message}`);
      breaches += 1;
    }
  }
}
