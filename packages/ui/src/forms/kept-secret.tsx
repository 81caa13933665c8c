import { type ReactNode, useState } from "react";
import { Button, IconButton } from "../components/button.tsx";
import { Icon } from "../components/icon.tsx";
import { isMask } from "./drawn-schema.ts";

/**
 * A secret that the server has comes as asterisks, and sent back as they are it stays. It is never shown; the control for a new one
 * appears once somebody wants to replace it.
 */
export function KeptSecret(props: {
  readonly id: string;
  readonly label: string;
  readonly value: unknown;
  readonly describedBy: string | undefined;
  readonly onChange: (value: unknown) => void;
  /** The control for a new secret. */
  readonly children: ReactNode;
}) {
  const { id, label, value, describedBy, onChange, children } = props;
  const [kept] = useState(() => (isMask(value, true) ? value : undefined));
  if (kept === undefined) return children;
  if (value === kept) {
    return (
      <span className="flex h-7 items-center gap-2">
        <span className="inline-flex items-center gap-1.5 text-muted">
          <Icon name="lock" className="size-3.5 text-faint" /> Set
        </span>
        <Button
          id={id}
          aria-label={`Replace ${label}`}
          aria-describedby={describedBy}
          onClick={() => onChange(undefined)}
        >
          Replace
        </Button>
      </span>
    );
  }
  return (
    <span className="flex min-w-0 items-start gap-1">
      <span className="flex min-w-0 grow flex-col">{children}</span>
      <IconButton icon="back" label={`Keep the present ${label}`} onClick={() => onChange(kept)} />
    </span>
  );
}
