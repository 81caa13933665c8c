import { type KeyboardEvent, type ReactNode, useId, useRef } from "react";
import { Badge } from "./tag.tsx";

export interface Tab<Value extends string> {
  readonly value: Value;
  readonly label: string;
  readonly count?: number | undefined;
}

/** The chosen tab is part of the address, so the owner keeps it; arrow keys move between tabs. */
export function Tabs<Value extends string>(props: {
  readonly label: string;
  readonly tabs: readonly Tab<Value>[];
  readonly value: Value;
  readonly onChange: (value: Value) => void;
  readonly tools?: ReactNode;
  readonly children: ReactNode;
}) {
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const move = (event: KeyboardEvent) => {
    const at = props.tabs.findIndex((tab) => tab.value === props.value);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: props.tabs.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const index = (to + props.tabs.length) % props.tabs.length;
    const next = props.tabs[index];
    if (next === undefined) return;
    props.onChange(next.value);
    list.current?.querySelectorAll<HTMLElement>("[role=tab]")[index]?.focus();
  };
  return (
    <div className="min-w-0">
      <div className="flex min-h-9 items-end gap-2 border-b">
        <div
          ref={list}
          role="tablist"
          aria-label={props.label}
          tabIndex={-1}
          onKeyDown={move}
          className="mr-auto flex min-w-0 gap-1 overflow-x-auto [scrollbar-width:none]"
        >
          {props.tabs.map((tab) => {
            const chosen = tab.value === props.value;
            return (
              <button
                key={tab.value}
                type="button"
                role="tab"
                id={`${id}-${tab.value}`}
                aria-selected={chosen}
                aria-controls={`${id}-panel`}
                tabIndex={chosen ? 0 : -1}
                onClick={() => props.onChange(tab.value)}
                className={`relative inline-flex h-9 items-center gap-1.5 px-2 text-sm whitespace-nowrap ${
                  chosen
                    ? "font-medium text-text after:absolute after:inset-x-2 after:bottom-0 after:h-0.5 after:rounded-full after:bg-accent"
                    : "text-muted hover:text-text"
                }`}
              >
                {tab.label}
                {tab.count === undefined || tab.count === 0 ? null : <Badge>{tab.count.toLocaleString("en-GB")}</Badge>}
              </button>
            );
          })}
        </div>
        {props.tools === undefined ? null : <div className="flex items-center gap-2 pb-1">{props.tools}</div>}
      </div>
      <div role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${props.value}`} className="min-w-0 pt-3">
        {props.children}
      </div>
    </div>
  );
}
