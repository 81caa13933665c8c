import { micromark } from "micromark";
import { gfm, gfmHtml } from "micromark-extension-gfm";

/**
 * Markdown as HTML, in the dialect of the pages. Lines stay lines. HTML in it is shown as text unless it is asked for, and links lead to
 * addresses of the web and of mail only.
 */
export function htmlOf(markdown: string, { withHtml = false } = {}): string {
  return micromark(markdown.replace(/([^\n])\r?\n(?=[^\n])/g, "$1  \n"), {
    extensions: [gfm()],
    htmlExtensions: [gfmHtml()],
    allowDangerousHtml: withHtml,
  });
}
