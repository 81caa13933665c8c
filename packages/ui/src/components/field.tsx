import { useRouter } from "@tanstack/react-router";
import { type InputHTMLAttributes, type Ref, useEffect, useRef, useState } from "react";
import { Icon } from "./icon.tsx";

export const fieldClass =
  "h-7 min-w-0 rounded-md border border-line-strong bg-surface px-2 text-sm text-text hover:border-faint focus-visible:outline-offset-0";

export function TextField({
  className = "",
  ref,
  ...rest
}: InputHTMLAttributes<HTMLInputElement> & { readonly ref?: Ref<HTMLInputElement> }) {
  return <input ref={ref ?? null} className={`${fieldClass} ${className}`} {...rest} />;
}

/** A search field that applies the text after a short pause. `/` focuses it from anywhere on the page. */
export function SearchField(props: {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly label: string;
  readonly className?: string;
}) {
  const [text, setText] = useState(props.value);
  const sent = useRef(props.value);
  const { onChange } = props;
  const router = useRouter();
  useEffect(() => {
    // The address changed by other means: back, forward, or "clear all".
    if (props.value !== sent.current) {
      sent.current = props.value;
      setText(props.value);
    }
  }, [props.value]);
  useEffect(() => {
    if (text === sent.current) return undefined;
    const timer = setTimeout(() => {
      // Who has chosen something already is on the way to its page, and is not to be called back.
      const { location, resolvedLocation = location } = router.state;
      if (location.pathname !== resolvedLocation.pathname) return;
      sent.current = text;
      onChange(text);
    }, 180);
    return () => clearTimeout(timer);
  }, [text, onChange, router]);
  return (
    <span className={`relative inline-flex ${props.className ?? ""}`}>
      <Icon name="search" className="pointer-events-none absolute top-1.5 left-2 text-faint" />
      <input
        type="search"
        aria-label={props.label}
        placeholder={props.label}
        data-page-search
        value={text}
        onChange={(event) => setText(event.target.value)}
        className={`${fieldClass} w-full pl-7`}
      />
    </span>
  );
}

export function Checkbox(props: {
  readonly label: string;
  readonly checked: boolean | "mixed";
  readonly onChange: (checked: boolean) => void;
}) {
  return (
    <input
      type="checkbox"
      aria-label={props.label}
      checked={props.checked === true}
      ref={(element) => {
        if (element !== null) element.indeterminate = props.checked === "mixed";
      }}
      onChange={(event) => props.onChange(event.target.checked)}
      onClick={(event) => event.stopPropagation()}
      className="size-4 shrink-0 cursor-pointer accent-(--accent)"
    />
  );
}

export function Select<Value extends string>(props: {
  readonly label: string;
  readonly value: Value;
  readonly options: readonly { readonly value: Value; readonly label: string }[];
  readonly onChange: (value: Value) => void;
}) {
  return (
    <select
      aria-label={props.label}
      value={props.value}
      onChange={(event) => {
        const chosen = props.options.find((option) => option.value === event.target.value);
        if (chosen !== undefined) props.onChange(chosen.value);
      }}
      className={`${fieldClass} cursor-pointer pr-1 font-medium`}
    >
      {props.options.map((option) => (
        <option key={option.value} value={option.value}>
          {option.label}
        </option>
      ))}
    </select>
  );
}
