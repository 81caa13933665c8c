import { useState } from "react";
import { Button } from "../button.tsx";

/** Pictures of other machines are loaded on request only, because loading reveals the reader to them. */
export function Picture({
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

function hostOf(address: string): string {
  try {
    return new URL(address, document.baseURI).host;
  } catch {
    return "an unknown place";
  }
}
