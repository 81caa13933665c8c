import { describe, expect, test } from "vitest";
import { TemplateRenderError, TemplateSyntaxError } from "../src/index.ts";
import { cases, given } from "./cases.ts";

/** Where ours answers otherwise, on purpose. */
const differences: Readonly<Record<string, { readonly ours: string; readonly because: string }>> = {
  "{{ when | tojson }}": {
    ours: '"2026-11-01T05:30:00Z"',
    because: "a time has a form in JSON everywhere else in the API",
  },
};

const rendered = cases.filter(({ answer }) => answer !== null);
const refused = cases.filter(({ answer, template }) => answer === null && differences[template] === undefined);

describe("a template gives what Prefect 3.9.1 gives", () => {
  test("for more than 700 templates", () => {
    expect(rendered.length).toBeGreaterThan(650);
    expect(refused.length).toBeGreaterThan(40);
  });

  test.each(rendered)("for $template", ({ template, answer }) => {
    expect(given(template)).toBe(differences[template]?.ours ?? answer);
  });

  test.each(refused)("and is refused where Prefect refuses it: $template", ({ template }) => {
    expect(() => given(template)).toThrow(
      expect.toSatisfy((error) => error instanceof TemplateSyntaxError || error instanceof TemplateRenderError),
    );
  });

  test.each(Object.entries(differences))("and otherwise for a reason: %s", (template, { ours, because }) => {
    expect(because).not.toBe("");
    expect(given(template)).toBe(ours);
    expect(cases.find((each) => each.template === template)?.answer).not.toBe(ours);
  });
});
