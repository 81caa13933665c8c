import { useEffect, useState } from "react";
import { Icon } from "./icon.tsx";

/** Copies a text; the icon turns into a tick for a moment. */
export function CopyButton({
  text,
  label,
  icon = "copy",
  tabIndex,
  className = "",
}: {
  readonly text: string | (() => string | Promise<string>);
  readonly icon?: "copy" | "link";
  readonly tabIndex?: number;
  readonly label: string;
  readonly className?: string;
}) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return undefined;
    const timer = setTimeout(() => setCopied(false), 1200);
    return () => clearTimeout(timer);
  }, [copied]);
  return (
    <button
      type="button"
      aria-label={copied ? "Copied" : label}
      title={label}
      tabIndex={tabIndex}
      onClick={(event) => {
        event.stopPropagation();
        event.preventDefault();
        void copyAsked(text).then(() => setCopied(true));
      }}
      className={`inline-flex size-6 shrink-0 items-center justify-center rounded-sm text-faint hover:bg-hover hover:text-text ${className}`}
    >
      <Icon name={copied ? "check" : icon} className="size-3.5" />
    </button>
  );
}

/** A value that copies itself when pressed: an id, a name, an address. */
export function Copyable({
  text,
  shown,
  label,
}: {
  readonly text: string;
  readonly shown?: string;
  readonly label: string;
}) {
  return (
    <span className="group/copy inline-flex max-w-full min-w-0 items-center gap-0.5 align-middle">
      <span className="truncate font-mono text-xs" title={text}>
        {shown ?? text}
      </span>
      <CopyButton
        text={text}
        label={label}
        className="opacity-60 group-hover/copy:opacity-100 focus-visible:opacity-100"
      />
    </span>
  );
}

/** Browsers offer the clipboard on https and localhost only; elsewhere a hidden field replaces it. */
export async function copyText(text: string): Promise<void> {
  if (navigator.clipboard !== undefined) {
    await navigator.clipboard.writeText(text);
    return;
  }
  const field = document.createElement("textarea");
  field.value = text;
  field.style.position = "fixed";
  field.style.opacity = "0";
  document.body.append(field);
  field.select();
  document.execCommand("copy");
  field.remove();
}

async function copyAsked(text: string | (() => string | Promise<string>)): Promise<void> {
  await copyText(typeof text === "string" ? text : await text());
}
