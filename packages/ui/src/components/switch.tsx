/** Something that is on or off at once, without a form. */
export function Switch(props: {
  readonly label: string;
  readonly on: boolean;
  readonly onChange: (on: boolean) => void;
  readonly disabled?: boolean;
}) {
  const { label, on, disabled = false } = props;
  return (
    <button
      type="button"
      role="switch"
      aria-checked={on}
      aria-label={label}
      title={label}
      disabled={disabled}
      onClick={(event) => {
        event.stopPropagation();
        props.onChange(!on);
      }}
      className={`relative inline-flex h-[18px] w-8 shrink-0 items-center rounded-full border transition-colors disabled:opacity-50 ${
        on ? "border-accent bg-accent" : "border-faint bg-sunken"
      }`}
    >
      <span
        className={`size-3 rounded-full transition-transform ${on ? "translate-x-[17px] bg-on-accent" : "translate-x-[3px] bg-faint"}`}
      />
    </button>
  );
}
