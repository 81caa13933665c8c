import { DropdownMenu } from "radix-ui";
import { type KeyboardEvent, type ReactNode, type RefObject, useEffect, useRef } from "react";
import { fieldClass } from "./field.tsx";
import { Icon, type IconName } from "./icon.tsx";

const panel =
  "pop-in z-50 max-h-[min(70vh,480px)] min-w-44 max-w-[min(92vw,420px)] overflow-y-auto rounded-lg border border-line bg-surface p-1 shadow-pop";
const item =
  "flex min-h-7 cursor-default select-none items-center gap-2 rounded-md px-2 py-1 text-sm text-text outline-none data-[disabled]:text-faint data-[highlighted]:bg-hover";

/** The panel of a menu, beside its button: the button does not change when the panel has loaded. */
export function MenuPanel(props: {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
  readonly button: RefObject<HTMLElement | null>;
  readonly align: "start" | "end";
  readonly children: ReactNode;
}) {
  const { open, onOpenChange, button, align } = props;
  const leftByPointer = useRef(false);
  return (
    <DropdownMenu.Root modal={false} open={open} onOpenChange={onOpenChange}>
      <DropdownMenu.Trigger asChild>
        <span aria-hidden="true" className="pointer-events-none absolute inset-0" />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          className={panel}
          sideOffset={4}
          align={align}
          collisionPadding={8}
          onKeyDown={intoField}
          aria-labelledby={undefined}
          aria-label={nameOf(button.current)}
          onInteractOutside={() => {
            leftByPointer.current = true;
          }}
          onCloseAutoFocus={(event) => {
            event.preventDefault();
            if (!leftByPointer.current) button.current?.focus();
            leftByPointer.current = false;
          }}
        >
          {props.children}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

function nameOf(button: HTMLElement | null): string {
  return button?.getAttribute("aria-label") ?? button?.textContent ?? "Menu";
}

/** Menus capture Tab; in a menu with a field, Tab leads to the field. */
function intoField(event: KeyboardEvent<HTMLDivElement>): void {
  const field = event.key === "Tab" ? event.currentTarget.querySelector("input") : null;
  if (field === null) return;
  event.preventDefault();
  field.focus();
}

/** A field above the entries of a menu, focused when it opens; the down arrow leads to the entries. */
export function MenuField(props: {
  readonly label: string;
  readonly value: string;
  readonly onChange: (text: string) => void;
  readonly onEnter?: () => void;
}) {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    // Runs after the menu has taken the focus. On a phone the focus would open the keyboard unasked.
    if (!matchMedia("(pointer: fine)").matches) return undefined;
    const frame = requestAnimationFrame(() => field.current?.focus());
    return () => cancelAnimationFrame(frame);
  }, []);
  return (
    <div className="p-1">
      <input
        ref={field}
        aria-label={props.label}
        placeholder={props.label}
        value={props.value}
        onChange={(event) => props.onChange(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape") return;
          event.stopPropagation();
          if (event.key === "Enter") props.onEnter?.();
          if (event.key !== "ArrowDown" && event.key !== "Tab") return;
          event.preventDefault();
          event.currentTarget.closest("[role=menu]")?.querySelector<HTMLElement>("[role^=menuitem]")?.focus();
        }}
        className={`${fieldClass} w-full`}
      />
    </div>
  );
}

export function MenuItem(props: {
  readonly children: ReactNode;
  readonly onSelect: () => void;
  readonly icon?: IconName;
  readonly danger?: boolean;
  readonly disabled?: boolean;
  readonly hint?: string;
}) {
  return (
    <DropdownMenu.Item
      className={`${item} ${props.danger === true ? "text-danger" : ""}`}
      onSelect={props.onSelect}
      disabled={props.disabled ?? false}
    >
      {props.icon === undefined ? null : <Icon name={props.icon} className="text-muted" />}
      <span className="min-w-0 flex-1 truncate">{props.children}</span>
      {props.hint === undefined ? null : <span className="text-xs text-faint">{props.hint}</span>}
    </DropdownMenu.Item>
  );
}

/** An entry that keeps the menu open, for multiple choices. */
export function MenuCheck(props: {
  readonly children: ReactNode;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
  readonly count?: ChoiceCount | undefined;
}) {
  return (
    <DropdownMenu.CheckboxItem
      className={item}
      aria-description={props.count?.words}
      checked={props.checked}
      onCheckedChange={props.onChange}
      onSelect={(event) => event.preventDefault()}
    >
      <span
        className={`flex size-4 shrink-0 items-center justify-center rounded-sm border ${
          props.checked ? "border-accent bg-accent text-on-accent" : "border-line-strong"
        }`}
      >
        {props.checked ? <Icon name="check" className="size-3" /> : null}
      </span>
      <span className="flex min-w-0 flex-1 items-center gap-2 truncate">{props.children}</span>
      {props.count === undefined ? null : (
        // It has its width before it is known, so that the menu does not grow.
        <span aria-hidden="true" className="min-w-12 pl-3 text-right text-xs text-faint tabular-nums">
          {props.count.short}
        </span>
      )}
    </DropdownMenu.CheckboxItem>
  );
}

/** How much an entry would find: beside it, and for screen readers. Both are empty until that is known. */
export interface ChoiceCount {
  readonly short: string;
  readonly words: string;
}

export function MenuLabel({ children }: { readonly children: ReactNode }) {
  return <DropdownMenu.Label className="px-2 pt-2 pb-1 text-2xs font-medium text-faint">{children}</DropdownMenu.Label>;
}

export function MenuSeparator() {
  return <DropdownMenu.Separator className="-mx-1 my-1 h-px bg-line" />;
}
