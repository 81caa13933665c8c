import type { ReactNode } from "react";
import { CopyButton } from "./copy.tsx";

/** An empty result: one sentence on the reason, and the way back. */
export function Empty({ title, children }: { readonly title: string; readonly children?: ReactNode }) {
  return (
    <div className="mx-auto flex w-full max-w-lg min-w-0 flex-col items-start gap-2 px-4 py-12">
      <h2 className="text-base font-semibold">{title}</h2>
      {children === undefined ? null : <div className="text-muted">{children}</div>}
    </div>
  );
}

export function CodeBlock({ code, label = "Copy the code" }: { readonly code: string; readonly label?: string }) {
  return (
    <div className="flex w-full min-w-0 items-start rounded-md border bg-sunken">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <pre tabIndex={0} className="min-w-0 flex-1 overflow-x-auto rounded-md p-3 text-xs leading-5 text-text">
        <code>{code}</code>
      </pre>
      <CopyButton text={code} label={label} className="m-1.5" />
    </div>
  );
}
