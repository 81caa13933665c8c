import { describe, expect, test } from "vitest";
import {
  checkTemplate,
  Moment,
  renderField,
  renderTemplate,
  Span,
  TemplateRenderError,
  TemplateSyntaxError,
} from "./index.ts";

const now = Date.parse("2026-11-28T12:00:00Z") * 1000;

function given(template: string, context = {}): string {
  return renderTemplate(template, { now, context });
}

describe("what is said of a wrong template", () => {
  test.each([
    ["{{ a b }}", 'expected "}}", got "b"', 1],
    ["\n\n{{ }}", 'expected an expression, got "}}"', 3],
    ["a\n{% if a %}", "the template ends where {% elif %} or {% else %} or {% endif %} is expected", 2],
    ["{% nosuch %}", 'unknown tag "nosuch"', 1],
    ["x\n{{ a | nosuch }}", 'there is no filter named "nosuch"', 2],
    ["{{ a is nosuch }}", 'there is no test named "nosuch"', 1],
    ["{{ 'abc }}", `unexpected character "'"`, 1],
    ["{{ a", "{{ has no end", 1],
    ["{# a", "a comment that begins with {# has no end", 1],
    ["{% raw %}a", "a raw block has no {% endraw %}", 1],
    ["{% include 'other' %}", 'the tag "include" needs other templates, and there are none', 1],
    ["{% macro m(a=1, b) %}{% endmacro %}", 'the parameter "b" has no default, and one before it has', 1],
    ["{{ '\\x4' }}", "the escape \\x is not complete", 1],
  ])("names the line and the reason: %j", (template, message, line) => {
    expect(() => checkTemplate(template)).toThrow(expect.objectContaining({ message, line }));
    expect(() => given(template)).toThrow(TemplateSyntaxError);
  });

  test.each([
    ["{{ 1 / 0 }}", "division by zero"],
    ["{{ nope + 1 }}", '"nope" is undefined'],
    ["{{ nope.a() }}", '"nope" is undefined'],
    ["{{ 1 + 'a' }}", "int + str is not possible"],
    ["{{ 'a'.split('') }}", "the separator is empty"],
    ["{{ 'a' | center(width='b') }}", 'the argument "width" of center is to be an int, and is str'],
    ["{{ 'a' | center(1, 2) }}", "center takes 1 arguments, and got 2"],
    ["{{ 'a' | center(size=3) }}", 'center has no argument "size"'],
    ["{% set a.b = 1 %}", '"a" is not a namespace, so its fields can\'t be set'],
  ])("or what is wrong with the values: %j", (template, message) => {
    expect(() => checkTemplate(template)).not.toThrow();
    expect(() => given(template)).toThrow(new TemplateRenderError(message));
  });
});

describe("a template reaches nothing but its values", () => {
  test.each(["constructor", "__proto__", "toString", "prototype", "__class__", "then", "length", "valueOf"])(
    "a field named %s is not there unless it was given",
    (name) => {
      for (const value of ["{}", "[]", "'a'", "1", "1.5", "none", "given", "range(2)", "when", "took", "namespace()"]) {
        expect(given(`[{{ (${value}).${name} }}]`, { given: { a: 1 }, when: new Moment(now), took: new Span(1) })).toBe(
          "[]",
        );
        expect(given(`[{{ (${value})["${name}"] }}]`, { given: { a: 1 } })).toBe("[]");
      }
      expect(given(`[{{ ${name} }}]`)).toBe("[]");
      expect(given(`{{ given.${name} }}`, { given: { [name]: "mine" } })).toBe("mine");
    },
  );

  test("and can't change them", () => {
    const context = { list: [1], dict: { a: 1 } };
    for (const call of ["list.append(2)", "list.pop()", "dict.update({'b': 2})", "dict.clear()"]) {
      expect(() => given(`{{ ${call} }}`, context)).toThrow(TemplateRenderError);
    }
    expect(context).toEqual({ list: [1], dict: { a: 1 } });
  });
});

describe("limits hold before anything large is made", () => {
  const tooMuch = expect.toSatisfy((error: Error) => /more than|deep|at most/.test(error.message));

  test.each([
    ["a text repeated", "{{ 'ab' * 10 ** 9 }}"],
    ["a list repeated", "{{ [1] * 10 ** 9 }}"],
    ["a text in a wide field", "{{ 'a' | center(10 ** 9) }}"],
    ["a replaced text that grows", "{% set a = 'x' * 20000 %}{{ a | replace('x', a) }}"],
    ["a joined text that grows", "{% set a = 'x' * 20000 %}{{ (a | list) | join(a) }}"],
    ["an indent", "{{ 'a' | indent(10 ** 9) }}"],
    ["a batch that is filled", "{{ [1] | batch(10 ** 9, 0) | list }}"],
    ["many slices", "{{ [1] | slice(10 ** 9) | list }}"],
    ["a power", "{{ 10 ** (10 ** 6) }}"],
    ["a range", "{{ range(10 ** 9) }}"],
    [
      "texts added in loops",
      "{% set ns = namespace(a='ab') %}{% for i in range(100) %}{% set ns.a = ns.a + ns.a %}{% endfor %}",
    ],
    [
      "a list that shares its parts",
      "{% set ns = namespace(a=[1]) %}{% for i in range(100) %}{% set ns.a = [ns.a, ns.a] %}{% endfor %}{{ ns.a }}",
    ],
    [
      "values that share their parts, compared",
      "{% set ns = namespace(a=[1], b=[1]) %}{% for i in range(60) %}{% set ns.a = [ns.a, ns.a] %}{% set ns.b = [ns.b, ns.b] %}{% endfor %}{{ ns.a == ns.b }}",
    ],
    ["a macro that calls itself", "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}"],
    ["a loop that calls itself", "{% for i in [1] recursive %}{{ loop([1]) }}{% endfor %}"],
    [
      "macros that call macros",
      `{% macro m0() %}{{ 'a' * 1000 }}{% endmacro %}${[1, 2, 3].map((n) => `{% macro m${n}() %}{% for i in range(100) %}{{ m${n - 1}() }}{% endfor %}{% endmacro %}`).join("")}{{ m3() }}`,
    ],
    ["a format with a wide field", "{{ '{:>99999}'.format(1) * 100 }}"],
    ["many fields of a format", "{% set ns = namespace(a='{:>90000}') %}{{ (ns.a * 100).format(*([1] * 100)) }}"],
  ])("for %s", (_, template) => {
    expect(() => given(template)).toThrow(tooMuch);
  });

  test("loops are few, and nest two deep", () => {
    const loop = "{% for i in [1] %}{% endfor %}";
    expect(() => checkTemplate(loop.repeat(10))).not.toThrow();
    expect(() => checkTemplate(loop.repeat(11))).toThrow("the template has 11 for loops, and may have 10");
    const nested = (depth: number) => "{% for i in [1] %}".repeat(depth) + "{% endfor %}".repeat(depth);
    expect(() => checkTemplate(nested(2))).not.toThrow();
    expect(() => checkTemplate(nested(3))).toThrow("for loops nest 3 deep, and may nest 2 deep");
    expect(() =>
      checkTemplate(
        "{% if a %}{% for i in a %}{% with b = 1 %}{% for j in i %}{% if j %}{% for k in j %}{% endfor %}{% endif %}{% endfor %}{% endwith %}{% endfor %}{% endif %}",
      ),
    ).toThrow("nest 3 deep");
  });

  test("what nests too deep is refused when it is read", () => {
    expect(() => checkTemplate(`{{ ${"(".repeat(500)}1${")".repeat(500)} }}`)).toThrow("nests deeper than");
    expect(() => checkTemplate(`{{ ${"-".repeat(500)}1 }}`)).toThrow("nests deeper than");
    expect(() => checkTemplate("{% if a %}".repeat(500))).toThrow("nests deeper than");
    expect(() => given(`{{ ${"1 + ".repeat(30_000)}1 }}`)).toThrow("the template nests too deep");
  });

  test("an ordinary message stays far below them", () => {
    const runs = Array.from({ length: 100 }, (_, index) => ({ name: `run-${index}`, state: "FAILED" }));
    const text = given("{% for run in runs %}{{ loop.index }}. {{ run.name | upper }}: {{ run.state }}\n{% endfor %}", {
      runs,
    });
    expect(text.split("\n")).toHaveLength(101);
  });
});

test("numbers of JSON keep their kind and their digits", () => {
  expect(given("{{ a }}/{{ b }}/{{ c }}", { a: 1, b: 0.5, c: 3.0 })).toBe("1/0.5/3");
});

test("what is said relative to now goes by the clock that is given", () => {
  const minutes = 60_000_000;
  const context = { past: new Moment(now - 5 * minutes), ahead: new Moment(now + 90 * minutes) };
  expect(given("{{ past | humanize_naturaltime }}, {{ ahead | humanize_naturaltime }}", context)).toBe(
    "5 minutes ago, 2 hours from now",
  );
  expect(given("{{ past | humanize_naturalday }}", context)).toBe("today");
});

test("without a clock nothing is said relative to now", () => {
  const context = { past: new Moment(now) };
  expect(() => renderTemplate("{{ past | humanize_naturaltime }}", { context })).toThrow(TemplateRenderError);
});

test("chance is given too", () => {
  expect(renderTemplate("{{ [1, 2, 3] | random }}", { now, chance: () => 0.5 })).toBe("2");
});

test("a field that holds no template keeps its line breaks, and a template has those of Jinja", () => {
  expect(renderField("a\r\nb\r\n")).toBe("a\r\nb\r\n");
  expect(renderField("{{ 1 }}\r\nb\r\n")).toBe("1\nb");
  expect(renderTemplate("a\r\nb\r\n")).toBe("a\nb");
});
