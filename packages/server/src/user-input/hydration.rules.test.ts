import { parseJson } from "@ostinato/core";
import { describe, expect, test } from "vitest";
import { hydrated } from "./hydration.rules.ts";
import { templates } from "./templates.rules.ts";

const noVariables = () => undefined;

/** What a Prefect 3.9.1 server keeps of these inputs. */
describe("an input", () => {
  test.each([
    ["without recipes", '{"a":[1.0,{"b":null}]}', '{"a":[1.0,{"b":null}]}'],
    [
      "of JSON",
      '{"a":{"__prefect_kind":"json","value":"{\\"x\\": 9007199254740993}"}}',
      '{"a":{"x":9007199254740993}}',
    ],
    ["that is a recipe itself", '{"__prefect_kind":"json","value":"{\\"q\\":1}"}', '{"q":1}'],
    ["whose JSON is none to be read", '{"a":{"__prefect_kind":"json","value":5}}', '{"a":5}'],
    ["with a recipe for JSON that says nothing", '{"a":{"__prefect_kind":"json"},"b":1}', '{"b":1}'],
    ["with such a recipe in a list", '{"a":[1,{"__prefect_kind":"json"},2]}', '{"a":[1,2]}'],
    ["with such a recipe in another", '{"a":{"__prefect_kind":"none","value":{"__prefect_kind":"json"}}}', "{}"],
    ["with a variable without a name", '{"a":{"__prefect_kind":"workspace_variable"}}', "{}"],
    [
      "with recipes within",
      '{"a":{"__prefect_kind":"none","value":{"b":{"__prefect_kind":"json","value":"3"}}}}',
      '{"a":{"b":3}}',
    ],
    ["of a template that says itself", '{"a":{"__prefect_kind":"jinja","template":"plain\\n"}}', '{"a":"plain\\n"}'],
    ["of a template", '{"a":{"__prefect_kind":"jinja","template":"{{ 1 + 1 }}{{ nope }}\\n"}}', '{"a":"2"}'],
    [
      "of JSON that a template gives",
      '{"a":{"__prefect_kind":"json","value":{"__prefect_kind":"jinja","template":"[1]"}}}',
      '{"a":[1]}',
    ],
    ["of another kind", '{"a":{"__prefect_kind":"other","value":3}}', '{"a":3}'],
    ["of another kind without a value", '{"a":{"__prefect_kind":null}}', '{"a":null}'],
    ["that is nothing", '{"__prefect_kind":"none","value":0}', "{}"],
  ])("%s", (_title, input, kept) => {
    expect(JSON.stringify(hydrated(parseJson(input), templates, noVariables))).toBe(kept);
  });

  test.each([
    [{ __prefect_kind: "none" }, "Missing 'value' key in __prefect object"],
    [{ __prefect_kind: "jinja" }, "Missing 'template' key in __prefect object"],
    [{ __prefect_kind: "jinja", template: 5 }, "Invalid jinja: the template is not a string"],
    [{ __prefect_kind: "jinja", template: "a\n{{ 1 + }}" }, 'Invalid jinja: line 2: expected an expression, got "}}"'],
    [{ __prefect_kind: "jinja", template: "{{ 1 / 0 }}" }, "Invalid jinja: division by zero"],
    [
      { __prefect_kind: "jinja", template: "{{ 'a' * 10 ** 9 }}" },
      "Invalid jinja: the template makes more than 2000000 characters",
    ],
    [{ __prefect_kind: "workspace_variable", variable_name: "nope" }, "Variable 'nope' not found in workspace."],
    [{ __prefect_kind: "json", value: "[".repeat(1001) }, "Invalid JSON: it nests deeper than 500 levels"],
  ])("that can't be made: %#", (recipe, reason) => {
    expect(() => hydrated({ a: [recipe] }, templates, noVariables)).toThrow(reason);
  });

  test("takes the values of the variables that the workspace has", () => {
    const region = (name: string) => (name === "region" ? { code: "eu", size: 3 } : undefined);
    const recipe = { __prefect_kind: "workspace_variable", variable_name: "region" };
    expect(hydrated({ a: recipe, b: [recipe] }, templates, region)).toEqual({
      a: { code: "eu", size: 3 },
      b: [{ code: "eu", size: 3 }],
    });
    expect(() => hydrated({ a: { ...recipe, variable_name: "other" } }, templates, region)).toThrow(
      "Variable 'other' not found",
    );
  });

  test("of wrong JSON is refused with where it is wrong", () => {
    expect(() => hydrated({ a: { __prefect_kind: "json", value: "{bad" } }, templates, noVariables)).toThrow(
      /^Invalid JSON: .*position 1/,
    );
    expect(() => hydrated({ a: { __prefect_kind: "json", value: "NaN" } }, templates, noVariables)).toThrow(
      /^Invalid JSON: /,
    );
  });
});
