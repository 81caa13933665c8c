import { stateNames } from "@ostinato/core";
import type { State } from "../api/types.ts";
import { RelativeTime } from "../components/time.tsx";
import { lookOf, type Stated, type StateLook, stateColor, stateLook } from "../states.ts";

interface IconProps extends Stated {
  readonly className?: string;
  /** Hides the icon from screen readers where the word is beside it. */
  readonly silent?: boolean;
}

export function StateIcon({ className = "size-4", silent = false, ...stated }: IconProps) {
  const look = lookOf(stated);
  return <Shape look={look} className={className} {...(silent ? {} : { label: look.label })} />;
}

/** The word alone, for use beside an icon. */
export function StateWord(stated: Stated) {
  const look = lookOf(stated);
  return (
    <span className="truncate font-medium" style={{ color: stateColor(look) }}>
      {look.label}
    </span>
  );
}

/** Icon and word, in the state's colour. */
export function StateLabel({ className = "", ...stated }: Stated & { readonly className?: string }) {
  const look = lookOf(stated);
  return (
    <span className={`inline-flex min-w-0 items-center gap-1.5 ${className}`}>
      <Shape look={look} className="size-4" />
      <span className="truncate font-medium" style={{ color: stateColor(look) }}>
        {look.label}
      </span>
    </span>
  );
}

/** The time in the present state: `failed 3 min ago`. A running run shows its start. */
export function SinceState({ state }: { readonly state: State | null }) {
  if (state === null || (state.type === "RUNNING" && state.name === stateNames.running)) return null;
  return (
    <span className="text-faint">
      {stateLook(state.type, state.name).label.toLowerCase()}{" "}
      <RelativeTime time={state.timestamp} className="text-text" />
    </span>
  );
}

function Shape({
  look,
  className,
  label,
}: {
  readonly look: StateLook;
  readonly className: string;
  readonly label?: string;
}) {
  const { fill, stroke, cut, turning } = look.shape;
  return (
    // biome-ignore lint/a11y/noSvgWithoutTitle: it has one whenever it is spoken
    <svg
      viewBox="0 0 16 16"
      className={`shrink-0 ${className}`}
      style={{ color: stateColor(look) }}
      {...(label === undefined ? { "aria-hidden": true } : { role: "img", "aria-label": label })}
    >
      {label === undefined ? null : <title>{label}</title>}
      {fill === undefined ? null : <path d={fill} fill="currentColor" />}
      {stroke === undefined ? null : (
        <path
          d={stroke}
          fill="none"
          stroke="currentColor"
          strokeWidth="1.5"
          strokeLinecap="round"
          strokeLinejoin="round"
        />
      )}
      {turning === undefined ? null : (
        <path
          className="turning"
          d={turning}
          fill="none"
          stroke="currentColor"
          strokeWidth="1.7"
          strokeLinecap="round"
        />
      )}
      {cut === undefined ? null : (
        <path
          d={cut}
          fill="none"
          stroke="var(--surface)"
          strokeWidth="1.6"
          strokeLinecap="round"
          strokeLinejoin="round"
        />
      )}
    </svg>
  );
}
