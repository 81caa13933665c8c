import { type ReactNode, useState } from "react";
import ReactMarkdown, { type Components } from "react-markdown";
import rehypeSanitize, { defaultSchema } from "rehype-sanitize";
import remarkGfm from "remark-gfm";
import "./markdown.css";
import { Button } from "./button.tsx";
import { Otherwise } from "./otherwise.tsx";

const schema = {
  ...defaultSchema,
  protocols: { ...defaultSchema.protocols, src: ["http", "https", "data"] },
};

// Headings are one level lower, because the page has its own; they keep their look.
const heading = (Tag: "h2" | "h3" | "h4" | "h5" | "h6", level: number) =>
  function Heading({ children }: { readonly children?: ReactNode }) {
    return <Tag data-level={level}>{children}</Tag>;
  };

const components: Components = {
  h1: heading("h2", 1),
  h2: heading("h3", 2),
  h3: heading("h4", 3),
  h4: heading("h5", 4),
  h5: heading("h6", 5),
  h6: heading("h6", 6),
  a: ({ href, children }) =>
    href === undefined || href === "" ? (
      <span>{children}</span>
    ) : (
      <a href={href} target="_blank" rel="noreferrer noopener nofollow">
        {children}
      </a>
    ),
  input: ({ checked }) => (
    <input
      type="checkbox"
      disabled
      checked={checked ?? false}
      aria-label={checked === true ? "done" : "not done"}
      readOnly
    />
  ),
  img: ({ src, alt, title }) => <Picture src={typeof src === "string" ? src : ""} alt={alt ?? ""} title={title} />,
  table: ({ children }) => (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <div className="markdown-table" tabIndex={0} role="region" aria-label="Table">
      <table>{children}</table>
    </div>
  ),
  // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
  pre: ({ children }) => <pre tabIndex={0}>{children}</pre>,
};

export function MarkdownRendered({ text }: { readonly text: string }) {
  return (
    <div className="markdown">
      <Otherwise key={text} fallback={<Plain text={text} />}>
        <ReactMarkdown
          remarkPlugins={[remarkGfm]}
          rehypePlugins={[[rehypeSanitize, schema]]}
          components={components}
          urlTransform={safeAddress}
        >
          {text}
        </ReactMarkdown>
      </Otherwise>
    </div>
  );
}

function Plain({ text }: { readonly text: string }) {
  return (
    <>
      <p>This text can't be rendered as Markdown, so it is shown in its source form.</p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <pre tabIndex={0}>{text}</pre>
    </>
  );
}

function Picture({
  src,
  alt,
  title,
}: {
  readonly src: string;
  readonly alt: string;
  readonly title: string | undefined;
}) {
  const [allowed, setAllowed] = useState(src.startsWith("data:image/"));
  if (src === "") return <span className="text-faint">[image: {alt}]</span>;
  if (allowed) return <img src={src} alt={alt} title={title} referrerPolicy="no-referrer" />;
  return (
    <span className="my-1 inline-flex max-w-full flex-wrap items-center gap-2 rounded-md border border-dashed border-line-strong px-2 py-1 text-xs text-muted">
      <span className="min-w-0 truncate">Image from {hostOf(src)}</span>
      <Button onClick={() => setAllowed(true)}>Load</Button>
    </span>
  );
}

/** Keeps only addresses of pages and of inline pictures. */
function safeAddress(address: string, key: string): string {
  if (key === "src" && /^data:image\/(?:png|jpeg|gif|webp|avif|svg\+xml)[;,]/i.test(address)) return address;
  return /^(?:https?:|mailto:|#|\/|\.|[^:]*$)/i.test(address) ? address : "";
}

function hostOf(address: string): string {
  try {
    return new URL(address, document.baseURI).host;
  } catch {
    return "an unknown place";
  }
}
