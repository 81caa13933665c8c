import type { Nodes } from "hast";
import { defaultSchema, type Schema, sanitize } from "hast-util-sanitize";
import { fromMarkdown } from "mdast-util-from-markdown";
import { gfmFromMarkdown } from "mdast-util-gfm";
import { mathFromMarkdown } from "mdast-util-math";
import { toHast } from "mdast-util-to-hast";
import { gfm } from "micromark-extension-gfm";
import { mathSyntax } from "./single-dollar.ts";

const schema: Schema = {
  ...defaultSchema,
  attributes: {
    ...defaultSchema.attributes,
    code: [["className", /^language-./, "math-inline", "math-display"]],
  },
  protocols: { ...defaultSchema.protocols, src: ["http", "https", "data"] },
  // `toHast` has set one before the ids already; all ids are its own, since it leaves out HTML.
  clobberPrefix: "",
};

/**
 * What Markdown of GitHub's kind, with formulas, says, as a tree without HTML of its author, scripts or styles. The ids of footnotes begin
 * with `idPrefix`, since a page may show several texts.
 */
export function markdownTree(text: string, idPrefix: string): Nodes {
  const source = fromMarkdown(text, {
    extensions: [gfm(), ...mathSyntax()],
    mdastExtensions: [gfmFromMarkdown(), mathFromMarkdown()],
  });
  return sanitize(toHast(source, { clobberPrefix: idPrefix }), schema);
}
