import {
  type ComponentProps,
  cloneElement,
  type ReactElement,
  type ReactNode,
  useReducer,
  useRef,
  useState,
} from "react";

type Panel = typeof import("./menu-panel.tsx");

// Menus are an eighth of the first load, and are not used before the page shows something.
let panel: Panel | undefined;

export async function loadMenu(): Promise<void> {
  panel ??= await import("./menu-panel.tsx");
}

/** A button with a menu, which loads when the pointer or the focus comes near it, at the latest. */
export function Menu(props: {
  readonly trigger: ReactElement<ComponentProps<"button">>;
  readonly children: ReactNode;
  readonly align?: "start" | "end";
  readonly className?: string;
}) {
  const { trigger, children, align = "start", className = "" } = props;
  const [open, setOpen] = useState(false);
  const [, lookAgain] = useReducer((looks: number) => looks + 1, 0);
  const button = useRef<HTMLButtonElement | null>(null);
  const wasOpen = useRef(false);
  const own = trigger.props;
  const prepare = (target: HTMLButtonElement) => {
    button.current = target;
    if (panel === undefined) void loadMenu().then(lookAgain, () => {});
  };
  return (
    <span className={`relative inline-flex min-w-0 ${className}`}>
      {cloneElement(trigger, {
        "aria-haspopup": "menu",
        "aria-expanded": open,
        onPointerEnter(event) {
          prepare(event.currentTarget);
          own.onPointerEnter?.(event);
        },
        onFocus(event) {
          prepare(event.currentTarget);
          own.onFocus?.(event);
        },
        onPointerDown(event) {
          wasOpen.current = open;
          own.onPointerDown?.(event);
        },
        onKeyDown(event) {
          if (event.key !== "ArrowDown") return;
          event.preventDefault();
          setOpen(true);
        },
        onClick(event) {
          prepare(event.currentTarget);
          // Pressing the button of an open menu has already closed it.
          if (!wasOpen.current) setOpen(true);
          wasOpen.current = false;
        },
      })}
      {panel === undefined ? null : (
        <panel.MenuPanel open={open} onOpenChange={setOpen} button={button} align={align}>
          {children}
        </panel.MenuPanel>
      )}
    </span>
  );
}

// These parts render inside an open menu only, so they are loaded by then.

export function MenuItem(props: ComponentProps<Panel["MenuItem"]>) {
  return panel === undefined ? null : <panel.MenuItem {...props} />;
}

export function MenuCheck(props: ComponentProps<Panel["MenuCheck"]>) {
  return panel === undefined ? null : <panel.MenuCheck {...props} />;
}

export function MenuField(props: ComponentProps<Panel["MenuField"]>) {
  return panel === undefined ? null : <panel.MenuField {...props} />;
}

export function MenuLabel(props: ComponentProps<Panel["MenuLabel"]>) {
  return panel === undefined ? null : <panel.MenuLabel {...props} />;
}

export function MenuSeparator() {
  return panel === undefined ? null : <panel.MenuSeparator />;
}
