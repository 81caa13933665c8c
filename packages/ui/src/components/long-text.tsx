import { useState } from "react";
import { count } from "../format.ts";

const maxCharacters = 600;
const maxLines = 8;

/** The beginning of a text of any length, with a button for the rest. */
export function LongText({ text, className = "" }: { readonly text: string; readonly className?: string }) {
  const [whole, setWhole] = useState(false);
  const start = beginning(text);
  const isLong = start.length < text.length;
  return (
    <>
      <p
        dir="auto"
        className={`break-words whitespace-pre-wrap ${whole ? "max-h-[60vh] overflow-y-auto" : "line-clamp-8"} ${className}`}
        {...(whole ? { tabIndex: 0 } : {})}
      >
        {whole ? text : start}
        {isLong && !whole ? "…" : ""}
      </p>
      {isLong ? (
        <button
          type="button"
          aria-expanded={whole}
          className="rounded-sm text-xs text-accent hover:underline"
          onClick={() => setWhole(!whole)}
        >
          {whole ? "Show less" : `Show all ${count(text.length)} characters`}
        </button>
      ) : null}
    </>
  );
}

function beginning(text: string): string {
  const short = text.slice(0, maxCharacters);
  let at = -1;
  for (let line = 0; line < maxLines; line += 1) {
    at = short.indexOf("\n", at + 1);
    if (at < 0) return short.length < text.length ? short.trimEnd() : text;
  }
  return short.slice(0, at).trimEnd();
}
