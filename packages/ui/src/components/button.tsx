import type { ButtonHTMLAttributes, KeyboardEvent, ReactNode, Ref } from "react";
import { Icon, type IconName } from "./icon.tsx";

type Look = "plain" | "primary" | "ghost" | "danger";

const looks: Readonly<Record<Look, string>> = {
  plain: "border border-line-strong bg-surface text-text hover:bg-hover active:bg-pressed",
  primary: "border border-transparent bg-accent text-on-accent hover:brightness-110 active:brightness-95",
  ghost: "border border-transparent text-muted hover:bg-hover hover:text-text active:bg-pressed",
  danger: "border border-line-strong bg-surface text-danger hover:bg-hover active:bg-pressed",
};

const shape =
  "inline-flex h-7 shrink-0 items-center justify-center gap-1.5 rounded-md text-sm font-medium whitespace-nowrap select-none disabled:opacity-50";

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly look?: Look;
  readonly icon?: IconName;
  readonly ref?: Ref<HTMLButtonElement>;
}

export function Button({ look = "plain", icon, children, className = "", type = "button", ...rest }: ButtonProps) {
  return (
    <button type={type} className={`${shape} ${looks[look]} px-2.5 ${className}`} {...rest}>
      {icon === undefined ? null : <Icon name={icon} className="size-3.5" />}
      {children}
    </button>
  );
}

export interface IconButtonProps extends Omit<ButtonProps, "children" | "icon" | "aria-label"> {
  readonly icon: IconName;
  /** The button's action: read aloud, and shown on hover. */
  readonly label: string;
}

export function IconButton({ icon, label, look = "ghost", className = "", type = "button", ...rest }: IconButtonProps) {
  return (
    <button
      type={type}
      aria-label={label}
      title={label}
      className={`${shape} ${looks[look]} w-7 ${className}`}
      {...rest}
    >
      <Icon name={icon} />
    </button>
  );
}

/** The look of a button for a link. */
export function buttonClass(look: Look = "plain"): string {
  return `${shape} ${looks[look]} px-2.5`;
}

export function Segmented<Value extends string>(props: {
  readonly label: string;
  readonly value: Value;
  readonly options: readonly { readonly value: Value; readonly label: ReactNode; readonly name?: string }[];
  readonly onChange: (value: Value) => void;
}) {
  const chosenIndex = props.options.findIndex(({ value }) => value === props.value);
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const next = step === undefined ? undefined : props.options.at((chosenIndex + step) % props.options.length);
    if (next === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    props.onChange(next.value);
    event.currentTarget.querySelectorAll<HTMLElement>("[role=radio]")[props.options.indexOf(next)]?.focus();
  };
  return (
    <div
      role="radiogroup"
      aria-label={props.label}
      onKeyDown={onKeyDown}
      className="inline-flex h-7 w-fit rounded-md border border-line-strong bg-sunken p-0.5"
    >
      {props.options.map((option, index) => {
        const chosen = option.value === props.value;
        return (
          <button
            key={option.value}
            type="button"
            role="radio"
            aria-checked={chosen}
            // One stop of the Tab key for the group; the arrows go within it.
            tabIndex={index === Math.max(0, chosenIndex) ? 0 : -1}
            aria-label={option.name}
            title={option.name}
            onClick={() => props.onChange(option.value)}
            className={`inline-flex items-center gap-1.5 rounded-sm px-2 text-xs font-medium whitespace-nowrap ${
              chosen ? "bg-surface text-text shadow-sm ring-1 ring-line-strong" : "text-muted hover:text-text"
            }`}
          >
            {option.label}
          </button>
        );
      })}
    </div>
  );
}
