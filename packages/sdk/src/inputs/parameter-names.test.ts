import { expect, test } from "vitest";
import { nameArguments, parameterNames } from "./parameter-names.ts";

// Made from text, so that no transpiler changes how they are written.
const make = (source: string) => new Function(`return ${source}`)() as (...args: never[]) => unknown;
const method = (source: string) => Object.values(make(`({ ${source} })`))[0] as (...args: never[]) => unknown;

test.each([
  [make("function () {}"), []],
  [make("function load(path, depth) {}"), ["path", "depth"]],
  [make("async function load(path = 'a,b(', depth = f(1, [2, 3]), ) {}"), ["path", "depth"]],
  [make("(a, b) => a"), ["a", "b"]],
  [make("async a => a"), ["a"]],
  [make("async $a_1 => a"), ["$a_1"]],
  [make("({ train, val: [x, y] }, last) => 1"), ["arg0", "last"]],
  [make("([x, y], { z } = {}) => 1"), ["arg0", "arg1"]],
  [make("function f(a /* the , first */, // second, (\n b = \"/*\", c = '//') {}"), ["a", "b", "c"]],
  [make("function* steps(größe, ...rest) {}"), ["größe", "rest"]],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is source text.
  [make("(a = (x, y) => ({ x, y }), b = `t,${[1, 2]}`) => a"), ["a", "b"]],
  [make("(a = { b: ')' }, c) => a"), ["a", "c"]],
  [method("load(path, n) {}"), ["path", "n"]],
  [method("async ['a(b'](path) {}"), ["path"]],
  [Math.max as (...args: never[]) => unknown, ["arg0", "arg1"]],
])("%s", (fn, names) => {
  expect(parameterNames(fn).names).toEqual(names);
});

test("pairs arguments with names, the rest under the last or by number", () => {
  expect([...nameArguments({ names: ["a", "b"], rest: false }, [1])]).toEqual([["a", 1]]);
  expect([...nameArguments({ names: ["a"], rest: false }, [1, 2])]).toEqual([
    ["a", 1],
    ["arg1", 2],
  ]);
  expect([...nameArguments({ names: ["a", "more"], rest: true }, [1, 2, 3])]).toEqual([
    ["a", 1],
    ["more", [2, 3]],
  ]);
});
