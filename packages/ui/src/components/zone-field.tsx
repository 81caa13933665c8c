import { useId, useMemo } from "react";
import { fieldClass } from "./field.tsx";
import { isZone, ownZone } from "./zoned-time.ts";

/** A time zone by its name, with all that this browser knows to choose from. Says so while the text is not a zone. */
export function ZoneField(props: {
  readonly label: string;
  readonly value: string;
  readonly onChange: (zone: string) => void;
  /** A problem that others found, shown instead of its own. */
  readonly problem?: string | undefined;
}) {
  const id = useId();
  const names = useMemo(zoneNames, []);
  const problem = props.problem ?? (isZone(props.value) ? undefined : "Choose a time zone, such as Europe/Berlin.");
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <label htmlFor={id} className="w-fit font-medium">
        {props.label}
      </label>
      <input
        id={id}
        list={`${id}-names`}
        autoComplete="off"
        spellCheck={false}
        value={props.value}
        aria-invalid={problem !== undefined}
        aria-describedby={problem === undefined ? undefined : `${id}-problem`}
        onChange={({ target }) => props.onChange(target.value.trim())}
        className={`${fieldClass} w-56 max-w-full`}
      />
      <datalist id={`${id}-names`}>
        {names.map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      {problem === undefined ? null : (
        <p id={`${id}-problem`} className="text-xs text-danger">
          {problem}
        </p>
      )}
    </div>
  );
}

/** The reader's own zone and UTC come first. */
function zoneNames(): readonly string[] {
  return [...new Set([ownZone(), "UTC", ...Intl.supportedValuesOf("timeZone")])];
}
