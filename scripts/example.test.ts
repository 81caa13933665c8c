import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const script = fileURLToPath(new URL("example.ts", import.meta.url));
const example = (...args: readonly string[]) =>
  promisify(execFile)(process.execPath, [script, ...args]).catch((error: { stderr: string; code: number }) => error);

test("says which projects there are, to who names none and to who names one that is not there", async () => {
  expect((await example()).stderr).toMatch(
    /npm run example -- NAME[\s\S]*The projects:\n[\s\S]*^ {2}insurance-fraud +\S/m,
  );
  expect(await example("insurance")).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^Error: There is no project "insurance"\.\n\nThe projects:/),
  });
});
