import { expect, test } from "vitest";
import { takeBuiltins } from "./builtins.ts";

test("every form of import of a module of Node becomes a constant, all else stays", () => {
  const code = [
    'import http, { Agent as KeptAgent, request } from "node:http";',
    'import * as path from "path";',
    'import "node:util";',
    'import { z } from "zod";',
    "const text = \"import x from 'node:fs'\";",
  ].join("\n");
  expect(takeBuiltins(code, "chunk.js").split("\n")).toEqual([
    'const http = process.getBuiltinModule("node:http"); const { Agent: KeptAgent, request } = process.getBuiltinModule("node:http");',
    'const path = process.getBuiltinModule("path");',
    "",
    'import { z } from "zod";',
    "const text = \"import x from 'node:fs'\";",
  ]);
});
