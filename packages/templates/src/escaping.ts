const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  "'": "&#39;",
  '"': "&#34;",
};

/** A text as markup that shows it. */
export function escapedText(text: string): string {
  return text.replace(/[&<>'"]/g, (character) => entities[character] ?? character);
}
