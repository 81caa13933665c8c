import { renderField } from "@ostinato/templates";
import { expect, test } from "vitest";
import { hydrated } from "./hydration.rules.ts";
import { withRecipes } from "./parameter-templates.rules.ts";

const context = { count: 3, city: "Bern", nothing: null, list: [1, "a"] };
const templates = { render: (template: string) => renderField(template, { context }), check: () => {} };

const made = (value: unknown) =>
  (hydrated(withRecipes({ value: value as string }), templates, () => null) as { readonly value: unknown }).value;

test.each([
  ["{{ count }}", 3],
  ["{{ nothing or count }}", 3],
  ["{{ count if city == 'Bern' else 0 }}", 3],
  ["{{- city -}}", "Bern"],
  ["{{ list }}", [1, "a"]],
  ["{{ city | upper }}", "BERN"],
  ["{{ nothing }}", null],
  ["in {{ city }}", "in Bern"],
  ["{{ count }}{{ count }}", "33"],
  ["no template", "no template"],
])("the parameter %j is %j", (given, value) => {
  expect(made(given)).toEqual(value);
});
