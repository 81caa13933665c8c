import { expect, test } from "vitest";
import { linkedParts } from "./linked-text.tsx";

test("links of markdown and plain addresses become links, the rest stays text", () => {
  expect(linkedParts("[report](http://127.0.0.1:9/report)")).toEqual([
    { label: "report", href: "http://127.0.0.1:9/report" },
  ]);
  expect(linkedParts("see https://example.org/a?b=1, or [write](mailto:a@example.org)")).toEqual([
    "see ",
    { label: "https://example.org/a?b=1", href: "https://example.org/a?b=1" },
    ", or ",
    { label: "write", href: "mailto:a@example.org" },
  ]);
  expect(linkedParts("a [b] (c) 1 < 2")).toEqual(["a [b] (c) 1 < 2"]);
});

test.each(["[x](javascript:alert(1))", "[x](data:text/html,hi)", "[x](/settings)", "[x](vbscript:y)"])(
  "%s stays text",
  (text) =>
    expect(
      linkedParts(text)
        .map((part) => (typeof part === "string" ? part : part.href))
        .join(""),
    ).toBe(text),
);
