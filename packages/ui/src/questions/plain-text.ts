/** The words of Markdown in one line, without its marks: enough to recognize a text by its beginning. */
export function plainText(markdown: string): string {
  return markdown
    .replace(/```[\s\S]*?(?:```|$)/g, " ")
    .replace(/^\s*\|.*$/gm, " ")
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replace(/^\s{0,3}(?:#{1,6}|>|[-*+]|\d+\.)\s+/gm, "")
    .replace(/(?<!\w)(\*\*|__|[*_`~])(?=\S)(.+?)(?<=\S)\1(?!\w)/g, "$2")
    .replace(/\s+/g, " ")
    .trim();
}
