import { Dialog as Primitive } from "radix-ui";
import { type ReactNode, useState } from "react";
import { Button, IconButton } from "./button.tsx";
import { messageOf } from "./failure.tsx";

export function Dialog(props: {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
  readonly title: string;
  readonly children: ReactNode;
  readonly wide?: boolean;
}) {
  return (
    <Primitive.Root open={props.open} onOpenChange={props.onOpenChange}>
      <Primitive.Portal>
        <Primitive.Overlay className="pop-in fixed inset-0 z-40 bg-scrim" />
        <Primitive.Content
          aria-describedby={undefined}
          className={`pop-in fixed top-[12vh] left-1/2 z-50 flex max-h-[80vh] w-[calc(100vw-24px)] -translate-x-1/2 flex-col rounded-lg border border-line bg-surface shadow-pop ${
            props.wide === true ? "max-w-3xl" : "max-w-md"
          }`}
        >
          <div className="flex items-center justify-between gap-2 border-b px-4 py-2.5">
            <Primitive.Title className="min-w-0 truncate text-base font-semibold">{props.title}</Primitive.Title>
            <Primitive.Close asChild>
              <IconButton icon="close" label="Close" />
            </Primitive.Close>
          </div>
          <div className="overflow-y-auto p-4">{props.children}</div>
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}

/** Asks before an irreversible action, and stays open with the reason when the action fails. */
export function ConfirmDialog(props: {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
  readonly title: string;
  readonly children: ReactNode;
  /** The button that changes nothing: what it keeps. */
  readonly keep?: string;
  readonly action: string;
  readonly danger?: boolean;
  readonly onConfirm: () => Promise<void>;
}) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();
  const confirm = async () => {
    setBusy(true);
    setError(undefined);
    try {
      await props.onConfirm();
      props.onOpenChange(false);
    } catch (cause) {
      setError(messageOf(cause));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog open={props.open} onOpenChange={props.onOpenChange} title={props.title}>
      <div className="text-sm text-muted">{props.children}</div>
      {error === undefined ? null : (
        <p role="alert" className="mt-3 text-sm text-danger">
          {error}
        </p>
      )}
      <DialogButtons className="mt-4" keep={props.keep ?? "Leave as it is"} onKeep={() => props.onOpenChange(false)}>
        <Button look={props.danger === true ? "danger" : "primary"} disabled={busy} onClick={() => void confirm()}>
          {props.action}
        </Button>
      </DialogButtons>
    </Dialog>
  );
}

/** The last row of a dialog: first the button that changes nothing, then the one that acts. */
export function DialogButtons(props: {
  readonly keep?: string;
  readonly onKeep: () => void;
  readonly children: ReactNode;
  readonly className?: string;
}) {
  return (
    <div className={`flex flex-wrap justify-end gap-2 ${props.className ?? ""}`}>
      <Button onClick={props.onKeep}>{props.keep ?? "Cancel"}</Button>
      {props.children}
    </div>
  );
}
