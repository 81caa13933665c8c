import { globSync } from "node:fs";
import { searchHits } from "@ostinato/protocol";
import { beforeAll, expect, test, vi } from "vitest";
import type { Page } from "./define-page.ts";
import { pageAt } from "./early-page.ts";

let pages: readonly Page[];

beforeAll(async () => {
  vi.stubGlobal("document", { baseURI: "http://ostinato.test/", querySelector: () => null });
  vi.stubGlobal("location", new URL("http://ostinato.test/"));
  pages = (await import("./pages.ts")).pages;
});

const paramsOf = (path: string) => path.split("/").filter((part) => part.startsWith("$"));
const addressesOf = ({ path, formerPaths = [] }: Page) => [path, ...formerPaths];

test("every page that a folder defines is listed", async () => {
  const files = globSync("*/page.ts", { cwd: import.meta.dirname });
  const defined = await Promise.all(
    files.map(
      async (file): Promise<readonly unknown[]> => Object.values(await import(`${import.meta.dirname}/${file}`)),
    ),
  );
  expect(new Set(pages)).toEqual(new Set(defined.flat()));
  expect(pages).toHaveLength(defined.flat().length);
});

test("no two pages have an address or a key in common", () => {
  const addresses = pages.flatMap(addressesOf).map((path) => path.replace(/\$\w+/g, "$"));
  expect(addresses).toHaveLength(new Set(addresses).size);
  const keys = pages.flatMap(({ nav }) => (nav === undefined ? [] : [nav.shortcut]));
  expect(keys).toHaveLength(new Set(keys).size);
  for (const key of keys) expect(key).toMatch(/^[a-fh-z]$/);
});

test("a former address has the parameters of the present one", () => {
  const former = pages.flatMap(({ path, formerPaths = [] }) =>
    formerPaths.map((old) => [paramsOf(old), paramsOf(path)]),
  );
  expect(former.length).toBeGreaterThan(0);
  for (const [old, present] of former) expect(old).toEqual(present);
});

test("the page above a page is one of the sidebar", () => {
  const above = pages.flatMap(({ within }) => (within === undefined ? [] : [within]));
  const inSidebar = pages.flatMap(({ path, nav }) => (nav === undefined ? [] : [path]));
  expect(above.length).toBeGreaterThan(0);
  for (const path of above) expect(inSidebar).toContain(path);
});

test("whatever the search finds has one page, whose parameters are its id, or made of its names", () => {
  const found = pages.filter(({ hits }) => hits !== undefined);
  expect(found.map(({ hits }) => hits?.kind).toSorted()).toEqual([...searchHits].toSorted());
  const hit = { id: "1", name: "usual", detail: "gpu" };
  for (const { path, hits } of found) {
    const params = hits?.params?.(hit) ?? { id: hit.id };
    expect(Object.keys(params).map((name) => `$${name}`)).toEqual(paramsOf(path));
    for (const value of Object.values(params)) expect(Object.values(hit)).toContain(value);
  }
});

test("an address opens the page it is listed for, with its parameters as they were before they were written into it", () => {
  for (const page of pages) {
    for (const address of addressesOf(page)) {
      const names = paramsOf(address).map((part) => part.slice(1));
      const path = address.replace(/\$(\w+)/g, "a%20$1%2Fb").slice(1);
      expect(pageAt(pages, path)).toEqual({
        page,
        params: Object.fromEntries(names.map((name) => [name, `a ${name}/b`])),
      });
    }
  }
});

test.each(["nowhere", "runs/", "runs/flow-run", "runs/flow-run/a/b", "flows/task-run/a"])(
  "%s is not a page",
  (path) => {
    expect(pageAt(pages, path)).toBeUndefined();
  },
);
