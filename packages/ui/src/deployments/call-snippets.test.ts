import { expect, test } from "vitest";
import { type Language, snippet } from "./call-snippets.ts";

const id = "01a2213a-cd0f-7000-a9b6-8285e5e3b166";
const called = { name: "train/it's nightly", id, parameters: {}, apiBase: "http://127.0.0.1:4200/api" };
const parameters = { month: "2021-01", depth: 6, note: "12", upload: true, models: ["a b"], none: null };

test.each<[Language, string]>([
  [
    "typescript",
    `import { runDeployment } from "ostinato";\n\nconst { state } = await runDeployment("train/it's nightly");`,
  ],
  [
    "python",
    `from prefect.deployments import run_deployment\n\nflow_run = run_deployment(\n    "train/it's nightly",\n)`,
  ],
  ["cli", "npx ostinato deployment run 'train/it'\\''s nightly' --watch"],
  [
    "curl",
    `curl -X POST http://127.0.0.1:4200/api/deployments/${id}/create_flow_run \\\n  -H 'Content-Type: application/json' \\\n  -d '{"parameters":{}}'`,
  ],
])("a call in %s names the deployment", (language, code) => {
  expect(snippet(language, called)).toBe(code);
});

test("values are written as each language writes them, and texts that look like JSON stay texts", () => {
  const given = { ...called, name: "train/nightly", parameters };
  expect(snippet("python", given)).toContain(
    '        "upload": True,\n        "models": ["a b"],\n        "none": None,\n    },\n)',
  );
  expect(snippet("cli", given)).toBe(
    `npx ostinato deployment run train/nightly -p month=2021-01 -p depth=6 -p 'note="12"' -p upload=true -p 'models=["a b"]' -p none=null --watch`,
  );
  expect(snippet("typescript", given)).toContain('  parameters: {\n    "month": "2021-01",');
});
