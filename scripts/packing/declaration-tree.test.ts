import { expect, it } from "vitest";
import { neededDeclarations } from "./declaration-tree.ts";

const files: Readonly<Record<string, string>> = {
  "product/index.d.ts": `export * from "@ostinato/sdk"; export { Server as Host } from "@ostinato/server";`,
  "sdk/index.d.ts": `export { flow } from "./flow.js"; export type { Options } from "./options.js";`,
  "sdk/flow.d.ts": `
    import type { Options } from "./options.js";
    import type { Static, TSchema } from "typebox";
    import { type Event, unused } from "@ostinato/protocol";
    /** Makes a flow. */
    export declare function flow(name: string): Flow;
    export declare function flow(options: Options): Flow;
    interface Flow { readonly last: Event; }
    export declare const internal: Static<TSchema>;
  `,
  "sdk/options.d.ts": `export interface Options { readonly clock: import("@ostinato/core").Clock; }`,
  "protocol/index.d.ts": `export * from "./events.js"; export * from "./routes.js";`,
  "protocol/events.d.ts": `
    import { Type, type Static } from "typebox";
    export declare const Event: Type.TObject;
    export type Event = Static<typeof Event>;
    export declare const Other: Type.TObject;
  `,
  "protocol/routes.d.ts": `export declare const unused: { readonly thousand: "lines" };`,
  "core/index.d.ts": `export interface Clock { now(): number } export interface Rest {}`,
  "server/index.d.ts": `export declare class Server { #private; } declare global { var traced: boolean; }`,
};

const needed = neededDeclarations(["product/index.d.ts"], {
  read(file) {
    const text = files[file];
    if (text === undefined) throw new Error(`${file} is not there`);
    return text;
  },
  resolve(from, specifier) {
    const [scope, name] = specifier.split("/");
    if (scope === ".") return `${from.split("/")[0]}/${name?.replace(".js", ".d.ts")}`;
    return scope === "@ostinato" ? `${name}/index.d.ts` : undefined;
  },
});

function textOf(file: string): string {
  return (needed.files.get(file)?.statements ?? []).map(({ text }) => text).join("\n");
}

it("keeps what the entry exports, under its names, from where it is declared", () => {
  expect(Object.fromEntries(needed.files.get("product/index.d.ts")?.passedOn ?? [])).toEqual({
    flow: { from: "sdk/flow.d.ts", imported: "flow" },
    Options: { from: "sdk/options.d.ts", imported: "Options" },
    Host: { from: "server/index.d.ts", imported: "Server" },
  });
});

it("keeps every overload, its comment, and what it needs without being exported", () => {
  expect(textOf("sdk/flow.d.ts")).toContain("/** Makes a flow. */");
  expect(textOf("sdk/flow.d.ts").match(/function flow/g)).toHaveLength(2);
  expect(textOf("sdk/flow.d.ts")).toContain("interface Flow");
});

it("keeps a constant and a type of one name, an inline import, and what it adds to the global scope", () => {
  expect(textOf("protocol/events.d.ts").match(/\bEvent\b/g)).toHaveLength(3);
  expect(textOf("core/index.d.ts")).toContain("Clock");
  expect(textOf("server/index.d.ts")).toContain("traced");
});

it("leaves out the rest: declarations, imports, files", () => {
  expect(textOf("sdk/flow.d.ts")).not.toContain("internal");
  expect([...(needed.files.get("sdk/flow.d.ts")?.imports.keys() ?? [])]).toEqual(["Options", "Event"]);
  expect(textOf("protocol/events.d.ts")).not.toContain("Other");
  expect(textOf("core/index.d.ts")).not.toContain("Rest");
  expect(needed.files.has("protocol/routes.d.ts")).toBe(false);
  expect([...needed.specifiers]).toEqual(["typebox"]);
});
