import type { ReactNode } from "react";
import { Switch } from "./switch.tsx";

interface Switched {
  readonly id: string;
  readonly name: string;
  readonly enabled: boolean;
}

/** The switch of a row of a list. */
export function OnSwitch<Thing extends Switched>(props: {
  readonly of: Thing;
  readonly onSwitch: (thing: Thing, on: boolean) => void;
}) {
  const { of: thing } = props;
  return (
    <Switch
      label={thing.enabled ? `${thing.name} is on: switch it off` : `${thing.name} is off: switch it on`}
      on={thing.enabled}
      onChange={(on) => props.onSwitch(thing, on)}
    />
  );
}

/** The heading of the page of something that is switched on and off: its name, its switch, and its buttons. */
export function SwitchedHeading<Thing extends Switched>(props: {
  readonly of: Thing;
  /** `automation`. */
  readonly noun: string;
  /** What being off means. */
  readonly off: string;
  readonly onSwitch: (thing: Thing, on: boolean) => void;
  readonly children: ReactNode;
}) {
  const { of: thing, noun } = props;
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
      <h1 dir="auto" className="min-w-0 text-lg font-semibold break-words">
        {thing.name}
      </h1>
      <span className="mr-auto inline-flex items-center gap-2">
        <Switch
          label={thing.enabled ? `Switch the ${noun} off` : `Switch the ${noun} on`}
          on={thing.enabled}
          onChange={(on) => props.onSwitch(thing, on)}
        />
        {thing.enabled ? null : <span className="text-muted">{props.off}</span>}
      </span>
      <span className="flex flex-wrap items-center gap-1.5">{props.children}</span>
    </div>
  );
}
