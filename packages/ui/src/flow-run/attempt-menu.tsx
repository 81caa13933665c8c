import type { Attempt } from "@ostinato/core";
import type { State } from "../api/types.ts";
import { Icon } from "../components/icon.tsx";
import { Menu, MenuItem } from "../components/menu.tsx";
import { RelativeTime } from "../components/time.tsx";
import { StateIcon } from "../runs/state.tsx";
import { stateLook } from "../states.ts";
import { attemptState } from "../task-run/attempt-state.ts";
import type { RunAttempts } from "./chosen-attempt.ts";

/** The choice of the attempt that the whole page is about. */
export function AttemptMenu(props: {
  readonly attempts: RunAttempts;
  /** A number, `all`, or undefined for the last one. */
  readonly onChange: (attempt: string | undefined) => void;
}) {
  const { all, chosen } = props.attempts;
  if (all.length < 2) return null;
  return (
    <Menu
      trigger={
        <button
          type="button"
          title="The attempt that is shown"
          className="inline-flex h-7 items-center gap-1.5 rounded-md border border-line-strong bg-surface px-2.5 text-sm font-medium whitespace-nowrap hover:bg-hover"
        >
          {chosen === undefined ? `All ${all.length} attempts` : `Attempt ${chosen} of ${all.length}`}
          <Icon name="chevronDown" className="size-3.5 text-muted" />
        </button>
      }
    >
      {all.toReversed().map((attempt) => (
        <MenuItem
          key={attempt.number}
          onSelect={() => props.onChange(attempt.number === all.length ? undefined : String(attempt.number))}
        >
          <AttemptLine attempt={attempt} />
        </MenuItem>
      ))}
      <MenuItem onSelect={() => props.onChange("all")}>
        <span className="size-4" /> All attempts
      </MenuItem>
    </Menu>
  );
}

function AttemptLine({ attempt }: { readonly attempt: Attempt<State> }) {
  const { type, name } = attemptState(attempt);
  return (
    <>
      <StateIcon silent type={type} name={name} />
      <span>
        Attempt {attempt.number} <span className="text-muted">· {stateLook(type, name).label}</span>
      </span>
      <RelativeTime time={attempt.start} className="ml-auto pl-4 text-xs text-faint" />
    </>
  );
}
