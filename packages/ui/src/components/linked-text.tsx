/** Longer texts are shown without links: they are not cells with an address. */
const maxLinkedLength = 2000;

/** A text with clickable Markdown links and plain addresses. Addresses with other schemes stay text. */
export function LinkedText({ text }: { readonly text: string }) {
  return linkedParts(text).map((part, index) =>
    typeof part === "string" ? (
      part
    ) : (
      <a
        // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a text never change
        key={index}
        href={part.href}
        target="_blank"
        rel="noreferrer noopener"
        className="text-accent underline underline-offset-2"
      >
        {part.label}
      </a>
    ),
  );
}

export type LinkedPart = string | { readonly label: string; readonly href: string };

const links = /\[([^[\]]+)\]\(([^()\s]+)\)|(https?:\/\/[^\s"'<>()[\]]*[^\s"'<>()[\].,;:!?])/g;

export function linkedParts(text: string): readonly LinkedPart[] {
  if (text.length > maxLinkedLength) return [text];
  const parts: LinkedPart[] = [];
  let from = 0;
  for (const { 0: whole, 1: label, 2: target, 3: address, index } of text.matchAll(links)) {
    const href = target ?? address ?? "";
    if (!/^(?:https?:\/\/|mailto:)/i.test(href)) continue;
    if (index > from) parts.push(text.slice(from, index));
    parts.push({ label: label ?? href, href });
    from = index + whole.length;
  }
  if (from < text.length) parts.push(text.slice(from));
  return parts;
}
