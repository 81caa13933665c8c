import { describe, expect, test } from "vitest";
import type { RouteContract } from "./index.ts";
import * as protocol from "./index.ts";

const contracts = Object.entries<unknown>(protocol).filter((entry): entry is [string, RouteContract] =>
  isContract(entry[1]),
);

function isContract(value: unknown): boolean {
  return typeof value === "object" && value !== null && "method" in value && "path" in value && "replies" in value;
}

function keysOf(schema: unknown): readonly string[] {
  return Object.keys((schema as { properties?: object } | undefined)?.properties ?? {});
}

test("there are contracts to look at", () => expect(contracts.length).toBeGreaterThan(80));

test("no two contracts have the same method and path, whatever their parameters are called", () => {
  const places = contracts.map(([, { method, path }]) => `${method} ${path.replaceAll(/\{\w+\}/g, "{}")}`);
  expect(places.filter((place, index) => places.indexOf(place) !== index)).toEqual([]);
});

test("no two contracts have the same summary and tag", () => {
  const said = contracts.map(([, { summary, tag }]) => `${tag}: ${summary}`);
  expect(said.filter((each, index) => said.indexOf(each) !== index)).toEqual([]);
});

describe.each(contracts)("%s", (_, contract) => {
  const { method, path, params, query, body, bodyOptional, bodyLimit, replies, summary, tag } = contract;

  test("has a path below the API, and a summary that is a phrase", () => {
    expect(path).toMatch(/^\/([\w.-]+|\{\w+\})?(\/([\w-]+|\{\w+\}))*\/?$/);
    expect(summary).toMatch(/^[A-Z].*[^.]$/);
    expect(tag).not.toBe("");
  });

  test("describes exactly the parameters of its path", () => {
    const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    expect(keysOf(params).toSorted()).toEqual(named.toSorted());
  });

  test("takes a body only where a method has one", () => {
    if (method === "GET" || method === "DELETE") expect(body).toBeUndefined();
    if (body === undefined) expect([bodyOptional, bodyLimit]).toEqual([undefined, undefined]);
    else expect([...keysOf(body)].filter((key) => keysOf(query).includes(key))).toEqual([]);
  });

  test("says what it answers where all goes well", () => {
    const statuses = Object.keys(replies).map(Number);
    expect(statuses.length).toBeGreaterThan(0);
    expect(statuses.every((status) => status >= 200 && status < 600)).toBe(true);
    expect(Math.min(...statuses)).toBeLessThan(300);
  });
});
