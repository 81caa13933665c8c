import { useId } from "react";
import { Segmented } from "../components/button.tsx";
import { fieldClass } from "../components/field.tsx";
import { ZoneField } from "../components/zone-field.tsx";
import { isZone, momentInZone, ownZone, wallTimeIn } from "../components/zoned-time.ts";
import { exact } from "../format.ts";

export type RunTime =
  | { readonly when: "now" }
  | { readonly when: "later"; readonly wall: string; readonly zone: string };

/** Now, or the moment in milliseconds since 1970; undefined while the fields don't say one. */
export function timeOf(time: RunTime): "now" | number | undefined {
  if (time.when === "now") return "now";
  return isZone(time.zone) ? momentInZone(time.wall, time.zone) : undefined;
}

/** When the run starts: now, or at a time on the clock of a zone. */
export function RunTimeFields(props: { readonly value: RunTime; readonly onChange: (time: RunTime) => void }) {
  const { value, onChange } = props;
  return (
    <div className="flex flex-col gap-3 p-3">
      <Segmented
        label="When"
        value={value.when}
        onChange={(when) => onChange(when === "now" ? { when } : inAnHour())}
        options={[
          { value: "now", label: "Now" },
          { value: "later", label: "At a time" },
        ]}
      />
      {value.when === "now" ? null : <TimeFields value={value} onChange={onChange} />}
    </div>
  );
}

type LaterTime = Extract<RunTime, { readonly when: "later" }>;

function TimeFields({ value, onChange }: { readonly value: LaterTime; readonly onChange: (time: RunTime) => void }) {
  const id = useId();
  const moment = timeOf(value);
  const isMissing = momentInZone(value.wall, "UTC") === undefined;
  return (
    <div className="flex flex-wrap items-start gap-3">
      <div className="flex flex-col gap-1">
        <label htmlFor={id} className="w-fit font-medium">
          Date and time
        </label>
        <input
          id={id}
          type="datetime-local"
          value={value.wall}
          aria-invalid={isMissing}
          aria-describedby={`${id}-about`}
          onChange={({ target }) => onChange({ ...value, wall: target.value })}
          className={fieldClass}
        />
      </div>
      <ZoneField label="Time zone" value={value.zone} onChange={(zone) => onChange({ ...value, zone })} />
      <p id={`${id}-about`} className="w-full text-xs text-muted">
        {typeof moment === "number" ? (
          <TimeInWords moment={moment} {...value} />
        ) : isMissing ? (
          <span className="text-danger">Choose a date and a time.</span>
        ) : null}
      </p>
    </div>
  );
}

function TimeInWords({
  moment,
  wall,
  zone,
}: {
  readonly moment: number;
  readonly wall: string;
  readonly zone: string;
}) {
  if (moment < Date.now()) return "This time has passed: the run starts at once.";
  const isSkipped = wallTimeIn(moment, zone).slice(0, 16) !== wall.slice(0, 16);
  return (
    <>
      {isSkipped ? "The clock of this zone skips that time, so the run starts later. " : ""}
      {zone === ownZone() && !isSkipped ? "" : `Here that is ${exact(moment).replace(/\.\d+/, "")}.`}
    </>
  );
}

function inAnHour(): LaterTime {
  const zone = ownZone();
  const hour = Math.ceil(Date.now() / 3_600_000 + 1) * 3_600_000;
  return { when: "later", zone, wall: wallTimeIn(hour, zone).slice(0, 16) };
}
