import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { type Boundaries, findViolations } from "./boundaries.ts";
import { readImports } from "./imports.ts";

const boundaries = JSON.parse(readFileSync(new URL("../boundaries.json", import.meta.url), "utf8")) as Boundaries;

function violations(files: Readonly<Record<string, string>>): readonly string[] {
  return findViolations(new Map(Object.entries(files)), boundaries).map(
    ({ file, line, message }) => `${file}:${line} ${message}`,
  );
}

it("reads imports of every form, with what is only a type", () => {
  const source = `
    import "side-effect";
    import value from "value";
    import { type A, b } from "mixed";
    import type { C } from "type";
    import { type D } from "type-names";
    export * from "export-all";
    export type { E } from "export-type";
    const late = () => import("dynamic");
    type F = import("type-import").F;
    // import "comment"
  `;
  const found = readImports("x.ts", source).map(({ specifier, isType }) => `${specifier}${isType ? " (type)" : ""}`);
  expect(found.toSorted()).toEqual([
    "dynamic",
    "export-all",
    "export-type (type)",
    "mixed",
    "side-effect",
    "type (type)",
    "type-import (type)",
    "type-names (type)",
    "value",
  ]);
});

it("accepts what the plan allows", () => {
  expect(
    violations({
      "packages/server/src/app.ts": `import "./flows/flows.routes.ts"; import "./db/open.ts"; import "@ostinato/core";`,
      "packages/server/src/flows/flows.routes.ts": `import "./flows.service.ts"; import type { Row } from "./flows.queries.ts"; import "./words.ts"`,
      "packages/server/src/flows/flows.service.ts": `import "./flows.queries.ts"; import "../runs/runs.service.ts"; import "../filters.queries.ts"`,
      "packages/server/src/flows/flows.queries.ts": `import "kysely"; import "../db/tables.ts"`,
      "packages/server/src/flows/flows.test.ts": "await db.write(work)",
      "packages/server/src/kernel/unit.ts": "await context.db.write(work); context.bus.publish(changes)",
      "packages/server/src/flows/flows.routes.test.ts": `import "@ostinato/testing/databases"; import "vitest"`,
      "packages/client/src/node.ts": `import "node:fs"; import "ws"`,
      "packages/ostinato/src/index.ts": `export * from "@ostinato/sdk"`,
      "packages/sdk/src/task/run.ts": `import "../results/results.ts"; import "../errors.ts"; import "./map.ts"`,
      "packages/sdk/src/scope.ts": `import "./task/run.ts"`,
      "packages/sdk/src/results/a.test.ts": `import "../task/run.ts"`,
      "examples/facts/src/flow.ts": `import "ostinato"; import "node:fs"`,
    }),
  ).toEqual([]);
});

it.each([
  ["packages/core/src/a.ts", `import "@ostinato/protocol"`, "core must not import protocol"],
  ["packages/core/src/a.ts", `import "node:fs"`, "must run without Node"],
  ["packages/sdk/src/results/a.ts", `import type { T } from "../task/t.ts"`, "results/ must not import from task/"],
  ["packages/sdk/src/new/a.ts", `import "../task/t.ts"`, "new/ has no place in the order"],
  ["packages/server/src/a.ts", `import type { X } from "@ostinato/client"`, "server must not import client"],
  ["packages/server/src/a.ts", `const x = await import("@ostinato/sdk")`, "server must not import sdk"],
  ["packages/sdk/src/a.ts", `import "../../client/src/client.ts"`, "import another package by its name"],
  ["packages/sdk/src/a.test.ts", `import "../../client/src/client.ts"`, "import another package by its name"],
  ["packages/sdk/src/a.ts", `import "@ostinato/testing/clock"`, "sdk must not import testing"],
  ["packages/sdk/src/a.ts", `import "ostinato"`, "sdk must not import ostinato"],
  ["packages/sdk/src/a.ts", `import "vitest"`, `may import "vitest"`],
  ["examples/facts/src/flow.ts", `import "@ostinato/sdk"`, "examples must not import sdk"],
  ["packages/server/src/flows/flows.service.ts", `import "kysely"`, `may import "kysely"`],
  [
    "packages/server/src/flows/flows.routes.ts",
    `import "./flows.queries.ts"`,
    "a routes file must not import a queries file",
  ],
  [
    "packages/server/src/flows/flows.routes.ts",
    `import "../filters.queries.ts"`,
    "a routes file must not import a queries file",
  ],
  ["packages/server/src/flows/flows.routes.ts", `import "../db/open.ts"`, "a routes file must not import from db/"],
  [
    "packages/server/src/flows/flows.rules.ts",
    `import "./flows.service.ts"`,
    "a rules file must not import a service file",
  ],
  ["packages/server/src/flows/naming.ts", `import "../db/open.ts"`, "a plain file must not import from db/"],
  ["packages/server/src/flows/flows.queries.ts", `import "./flows.service.ts"`, "must not import a service file"],
  ["packages/server/src/flows/flows.service.ts", "await context.db.write(work)", "may call db.write()"],
  ["packages/server/src/flows/flows.service.ts", "bus.publish([change])", "may call bus.publish()"],
  [
    "packages/server/src/flows/flows.service.ts",
    `import "../runs/runs.queries.ts"`,
    "flows bypasses the service of runs",
  ],
  [
    "packages/server/src/ui/flows/flow-pages.rules.ts",
    `import "../runs/failure.service.ts"`,
    "a rules file must not import a service file",
  ],
  [
    "packages/server/src/live/live.service.ts",
    `import "../ui/runs/run-rows.queries.ts"`,
    "live bypasses the service of ui",
  ],
])("refuses in %s: %s", (file, source, message) => {
  expect(violations({ [file]: source })).toEqual([expect.stringContaining(message)]);
});

it("says which file cannot be read", () => {
  expect(violations({ "packages/core/src/a.ts": "export const = 1", "packages/core/src/b.ts": "" })).toEqual([
    expect.stringContaining("packages/core/src/a.ts:1 cannot be parsed"),
  ]);
});

it("says where the import stands", () => {
  expect(violations({ "packages/core/src/a.ts": `// a comment\n\nimport "node:fs";` })[0]).toMatch(
    /^packages\/core\/src\/a\.ts:3 /,
  );
});

it("finds an import cycle, once, and follows types too", () => {
  expect(
    violations({
      "packages/core/src/a.ts": `import "./b.ts"`,
      "packages/core/src/b.ts": `import type { C } from "./c.ts"`,
      "packages/core/src/c.ts": `export * from "./a.ts"`,
    }),
  ).toEqual([expect.stringContaining("import cycle: packages/core/src/a.ts → packages/core/src/b.ts → ")]);
});

it("lets a program start without what it does not call", () => {
  const files = {
    "packages/server/src/in-process.ts": `import "./flows/flows.routes.ts"; import type { Plan } from "@ostinato/schedules"`,
    "packages/server/src/flows/flows.routes.ts": `import "./flows.service.ts"`,
  };
  const late = `export const plan = () => import("@ostinato/schedules")`;
  expect(violations({ ...files, "packages/server/src/flows/flows.service.ts": late })).toEqual([]);
  expect(
    violations({ ...files, "packages/server/src/flows/flows.service.ts": `import "@ostinato/schedules"` }),
  ).toEqual([
    "packages/server/src/flows/flows.service.ts:1 a program starts without @ostinato/schedules: have it loaded by import() where it is called (packages/server/src/in-process.ts → packages/server/src/flows/flows.routes.ts → packages/server/src/flows/flows.service.ts → @ostinato/schedules)",
  ]);
});

it("lets slices import the kernel and never the files that put the server together", () => {
  expect(
    violations({
      "packages/server/src/flows/flows.rules.ts": 'import { invalid } from "../kernel/errors.ts";',
      "packages/server/src/flows/flows.service.ts": 'import { createServer } from "../main.ts";',
      "packages/server/src/app.ts": 'import { createServer } from "./main.ts";',
    }),
  ).toEqual([
    'packages/server/src/flows/flows.service.ts:1 "../main.ts" puts the server together: only the files beside it may import it; what slices share is in kernel/',
  ]);
});
