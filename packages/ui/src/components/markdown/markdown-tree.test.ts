import { toJsxRuntime } from "hast-util-to-jsx-runtime";
import { Fragment, jsx, jsxs } from "react/jsx-runtime";
import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, test } from "vitest";
import { markdownTree } from "./markdown-tree.ts";

const htmlOf = (text: string) =>
  renderToStaticMarkup(toJsxRuntime(markdownTree(text, "note-"), { Fragment, jsx, jsxs })).trim();
const formulasIn = (text: string) =>
  [...htmlOf(text).matchAll(/<code class="language-math math-(\w+)">(.*?)<\/code>/gs)].map(([, kind, source]) => [
    kind,
    source,
  ]);

describe("formulas", () => {
  test.each([
    [
      "in a line, between dollars",
      "so $a_1 + b$, and $x$.",
      [
        ["inline", "a_1 + b"],
        ["inline", "x"],
      ],
    ],
    ["in a line, between two dollars", "so $$a + b$$ and on", [["inline", "a + b"]]],
    ["over the end of a line", "so $a +\nb$.", [["inline", "a +\nb"]]],
    ["in a cell of a table", "| loss |\n| --- |\n| $L^2$ |", [["inline", "L^2"]]],
    ["by themselves", "$$\n\\sum_i x_i\n$$", [["display", "\\sum_i x_i"]]],
  ])("stand %s", (_, text, formulas) => {
    expect(formulasIn(text)).toEqual(formulas);
  });

  test.each([
    "it costs $5 or $10",
    "from $5-$10",
    "US$5 against A$7, and 5$ against 7$",
    "set $HOME and $PATH, or $HOME/$USER, or {$HOME}:{$PATH}",
    "a \\$b$ and `$c$`",
    "one $ alone, and one $at the end",
  ])("are not meant by: %s", (text) => {
    expect(formulasIn(text)).toEqual([]);
  });

  test("leave the text around them as it is", () => {
    expect(htmlOf("costs $5 and **more** than $10")).toBe("<p>costs $5 and <strong>more</strong> than $10</p>");
  });
});

test("a block of code keeps its language, by which diagrams and formulas are known", () => {
  expect(htmlOf("```mermaid\nflowchart LR\n```")).toBe(
    '<pre><code class="language-mermaid">flowchart LR\n</code></pre>',
  );
});

test("HTML of the author is left out, with its attributes", () => {
  expect(htmlOf('before <b onclick="go()" class="math-inline">bold</b> after')).toBe("<p>before bold after</p>");
});

test("footnotes lead to each other, by ids of their own text", () => {
  const html = htmlOf("so it is[^1]\n\n[^1]: as told");
  expect(html).toContain('href="#note-fn-1" id="note-fnref-1"');
  expect(html).toContain('<li id="note-fn-1">');
  expect(html).toContain('href="#note-fnref-1"');
});
