import type { Element } from "hast";
import { toJsxRuntime } from "hast-util-to-jsx-runtime";
import { type ComponentProps, type ReactNode, useId, useMemo } from "react";
import { Fragment, jsx, jsxs } from "react/jsx-runtime";
import { Otherwise } from "../otherwise.tsx";
import { Diagram } from "./diagram.tsx";
import { Formula } from "./formula.tsx";
import "./markdown.css";
import { markdownTree } from "./markdown-tree.ts";
import { Picture } from "./picture.tsx";

export interface MarkdownProps {
  readonly text: string;
  /** Whether diagrams are drawn or only named, as in a list and in a text whose end is cut off. */
  readonly drawsDiagrams?: boolean;
}

export function MarkdownRendered({ text, drawsDiagrams = true }: MarkdownProps) {
  return (
    <div className="markdown">
      <Otherwise key={text} fallback={<Source text={text} />}>
        <Rendered text={text} drawsDiagrams={drawsDiagrams} />
      </Otherwise>
    </div>
  );
}

function Rendered({ text, drawsDiagrams }: Required<MarkdownProps>) {
  const id = useId();
  return useMemo(
    () =>
      toJsxRuntime(markdownTree(text, `${id}-`), {
        Fragment,
        jsx,
        jsxs,
        passNode: true,
        ignoreInvalidStyle: true,
        components: drawsDiagrams ? components : { ...components, pre: BlockWithoutDiagrams },
      }),
    [text, id, drawsDiagrams],
  );
}

function Source({ text }: { readonly text: string }) {
  return (
    <>
      <p>This text can't be rendered as Markdown, so it is shown in its source form.</p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <pre tabIndex={0}>{text}</pre>
    </>
  );
}

// Headings are one level lower, because the page has its own; they keep their look.
const heading = (Tag: "h2" | "h3" | "h4" | "h5" | "h6", level: number) =>
  function Heading({ children, id, className }: ComponentProps<"h2">) {
    return (
      <Tag id={id} className={className} data-level={level}>
        {children}
      </Tag>
    );
  };

type Parsed<Tag extends "pre" | "code"> = ComponentProps<Tag> & { readonly node?: Element | undefined };

const components = {
  h1: heading("h2", 1),
  h2: heading("h3", 2),
  h3: heading("h4", 3),
  h4: heading("h5", 4),
  h5: heading("h6", 5),
  h6: heading("h6", 6),
  a: Anchor,
  input: ({ checked }: ComponentProps<"input">) => (
    <input
      type="checkbox"
      disabled
      checked={checked ?? false}
      aria-label={checked === true ? "done" : "not done"}
      readOnly
    />
  ),
  img: ({ src, alt, title }: ComponentProps<"img">) => (
    <Picture src={typeof src === "string" ? safePicture(src) : ""} alt={alt ?? ""} title={title} />
  ),
  table: ({ children }: ComponentProps<"table">) => (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <div className="markdown-table" tabIndex={0} role="region" aria-label="Table">
      <table>{children}</table>
    </div>
  ),
  code: ({ node, className, children }: Parsed<"code">) =>
    languageOf(node) === "math" ? <Formula source={textOf(node)} /> : <code className={className}>{children}</code>,
  pre: Block,
};

function Block({ node, children }: Parsed<"pre">) {
  const code = node?.children.find((child) => child.type === "element");
  const language = languageOf(code);
  if (language === "math") return <Formula source={textOf(code)} isBlock />;
  if (language === "mermaid") return <Diagram source={textOf(code)} />;
  return <CodeBlock>{children}</CodeBlock>;
}

function BlockWithoutDiagrams({ node, children }: Parsed<"pre">) {
  const code = node?.children.find((child) => child.type === "element");
  return languageOf(code) === "mermaid" ? (
    <p className="text-faint">[diagram]</p>
  ) : (
    <Block node={node}>{children}</Block>
  );
}

function CodeBlock({ children }: { readonly children: ReactNode }) {
  // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
  return <pre tabIndex={0}>{children}</pre>;
}

function Anchor({ href = "", children, ...rest }: ComponentProps<"a">) {
  const address = safeAddress(href);
  if (address === "") return <span>{children}</span>;
  if (address.startsWith("#")) {
    // The address of the document alone would be taken from its base.
    return (
      <a {...(rest.id === undefined ? {} : { id: rest.id })} href={location.pathname + location.search + address}>
        {children}
      </a>
    );
  }
  return (
    <a href={address} target="_blank" rel="noreferrer noopener nofollow">
      {children}
    </a>
  );
}

function languageOf(code: Element | undefined): string | undefined {
  const names = code?.properties.className;
  if (!Array.isArray(names)) return undefined;
  return names
    .map(String)
    .find((name) => name.startsWith("language-"))
    ?.replace("language-", "");
}

function textOf(element: Element | undefined): string {
  return element?.children.map((child) => (child.type === "text" ? child.value : "")).join("") ?? "";
}

function safePicture(address: string): string {
  return /^data:image\/(?:png|jpeg|gif|webp|avif|svg\+xml)[;,]/i.test(address) ? address : safeAddress(address);
}

function safeAddress(address: string): string {
  return /^(?:https?:|mailto:|#|\/|\.|[^:]*$)/i.test(address) ? address : "";
}
