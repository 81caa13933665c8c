import { expect, it } from "vitest";
import { findMissing, type LockedPackage } from "./lockfile.ts";

const tool: LockedPackage = {
  version: "2.0.0",
  dev: true,
  optionalDependencies: { "@tool/linux-x64-musl": "2.0.0", "@tool/win32-arm64": "2.0.0", "@tool/speedup": "2.0.0" },
};

it("finds the packages of other platforms, with the platform their name says", () => {
  const packages = { "node_modules/tool": tool, "node_modules/@tool/win32-arm64": { version: "2.0.0" } };
  expect([...findMissing({ packages })]).toEqual([
    [
      "node_modules/@tool/linux-x64-musl",
      { version: "2.0.0", dev: true, optional: true, os: ["linux"], cpu: ["x64"], libc: ["musl"] },
    ],
  ]);
});

it("puts a second version beside the package that wants it", () => {
  const packages = {
    "node_modules/@tool/linux-x64-musl": { version: "1.0.0" },
    "node_modules/@tool/win32-arm64": { version: "2.0.0" },
    "node_modules/other/node_modules/tool": tool,
  };
  expect([...findMissing({ packages }).keys()]).toEqual([
    "node_modules/other/node_modules/tool/node_modules/@tool/linux-x64-musl",
  ]);
});

it("finds nothing in a complete file", () => {
  const packages = {
    "node_modules/tool": tool,
    "node_modules/@tool/linux-x64-musl": { version: "2.0.0" },
    "node_modules/tool/node_modules/@tool/win32-arm64": { version: "2.0.0" },
  };
  expect(findMissing({ packages }).size).toBe(0);
});
