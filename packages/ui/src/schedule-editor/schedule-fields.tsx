import { type ReactNode, useId } from "react";
import { Button, Segmented } from "../components/button.tsx";
import { fieldClass, Select, TextField } from "../components/field.tsx";
import { ZoneField } from "../components/zone-field.tsx";
import { type IntervalUnit, intervalUnits, type ScheduleDraft, type ScheduleKind } from "./schedule-draft.ts";

interface FieldsProps {
  readonly draft: ScheduleDraft;
  readonly onChange: (change: Partial<ScheduleDraft>) => void;
  /** The field that the server refuses, and why. */
  readonly problem: { readonly field: string; readonly message: string } | null;
}

/** When a deployment runs: the kind of the schedule, its own fields, and its time zone. */
export function ScheduleFields(props: FieldsProps) {
  const { draft, onChange, problem } = props;
  return (
    <div className="flex min-w-0 flex-col gap-3">
      <Segmented<ScheduleKind>
        label="Kind of schedule"
        value={draft.kind}
        onChange={(kind) => onChange({ kind })}
        options={[
          { value: "cron", label: "Cron" },
          { value: "interval", label: "Interval" },
          { value: "rrule", label: "Recurrence rule" },
        ]}
      />
      {draft.kind === "cron" ? <CronFields {...props} /> : null}
      {draft.kind === "interval" ? <IntervalFields {...props} /> : null}
      {draft.kind === "rrule" ? <RRuleFields {...props} /> : null}
      <ZoneField
        label="Time zone"
        value={draft.timezone}
        problem={problem?.field === "timezone" ? problem.message : undefined}
        onChange={(timezone) => onChange({ timezone })}
      />
    </div>
  );
}

const usualCrons = [
  { label: "Every hour", cron: "0 * * * *" },
  { label: "Every day at 06:00", cron: "0 6 * * *" },
  { label: "Weekdays at 06:00", cron: "0 6 * * 1-5" },
  { label: "Mondays at 06:00", cron: "0 6 * * 1" },
  { label: "The first of the month", cron: "0 6 1 * *" },
] as const;

function CronFields({ draft, onChange, problem }: FieldsProps) {
  const id = useId();
  return (
    <>
      <Labelled
        label="Cron expression"
        about="Minute, hour, day of month, month, day of week."
        problem={problemAt(problem, "cron")}
      >
        {(tied) => (
          <TextField
            {...tied}
            autoComplete="off"
            spellCheck={false}
            className="w-72 max-w-full font-mono"
            value={draft.cron}
            onChange={({ target }) => onChange({ cron: target.value })}
          />
        )}
      </Labelled>
      <fieldset className="flex flex-wrap gap-1.5">
        <legend className="sr-only">Usual times</legend>
        {usualCrons.map(({ label, cron }) => (
          <Button key={cron} onClick={() => onChange({ cron })}>
            {label}
          </Button>
        ))}
      </fieldset>
      <label htmlFor={id} className="flex w-fit items-center gap-2">
        <input
          id={id}
          type="checkbox"
          checked={draft.bothDays}
          onChange={({ target }) => onChange({ bothDays: target.checked })}
          className="size-4 accent-(--accent)"
        />
        Where both days are given, both must match
      </label>
    </>
  );
}

function IntervalFields({ draft, onChange, problem }: FieldsProps) {
  return (
    <>
      <Labelled label="Every" problem={problemAt(problem, "interval")}>
        {(tied) => (
          <span className="flex gap-1.5">
            <TextField
              {...tied}
              inputMode="decimal"
              autoComplete="off"
              className="w-20 text-right"
              value={draft.every}
              onChange={({ target }) => onChange({ every: target.value })}
            />
            <Select<IntervalUnit>
              label="Unit"
              value={draft.unit}
              options={intervalUnits.map((unit) => ({ value: unit, label: unit }))}
              onChange={(unit) => onChange({ unit })}
            />
          </span>
        )}
      </Labelled>
      <Labelled
        label="Counted from"
        about="In the time zone below. Days follow the clock of that zone; shorter intervals are elapsed time. If this is empty, the schedule counts from the time it is saved."
        problem={problemAt(problem, "anchor_date")}
      >
        {(tied) => (
          <input
            {...tied}
            type="datetime-local"
            step={1}
            value={draft.anchor}
            onChange={({ target }) => onChange({ anchor: target.value })}
            className={`${fieldClass} w-56 max-w-full`}
          />
        )}
      </Labelled>
    </>
  );
}

function RRuleFields({ draft, onChange, problem }: FieldsProps) {
  return (
    <Labelled
      label="Recurrence rule"
      about="Lines of iCalendar: RRULE, and if needed DTSTART, RDATE, EXDATE. All times in it are times of the time zone below."
      problem={problemAt(problem, "rrule")}
    >
      {(tied) => (
        <textarea
          {...tied}
          rows={Math.min(10, draft.rrule.split("\n").length + 1)}
          spellCheck={false}
          value={draft.rrule}
          onChange={({ target }) => onChange({ rrule: target.value })}
          className={`${fieldClass} !h-auto w-full py-1.5 font-mono !text-xs`}
        />
      )}
    </Labelled>
  );
}

function problemAt(problem: FieldsProps["problem"], field: string): string | undefined {
  return problem?.field === field ? problem.message : undefined;
}

interface Tied {
  readonly id: string;
  readonly "aria-describedby": string | undefined;
  readonly "aria-invalid": boolean;
}

function Labelled(props: {
  readonly label: string;
  readonly about?: string;
  readonly problem: string | undefined;
  readonly children: (tied: Tied) => ReactNode;
}) {
  const { label, about, problem } = props;
  const id = useId();
  const says = problem ?? about;
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <label htmlFor={id} className="w-fit font-medium">
        {label}
      </label>
      {props.children({
        id,
        "aria-describedby": says === undefined ? undefined : `${id}-about`,
        "aria-invalid": problem !== undefined,
      })}
      {says === undefined ? null : (
        <p id={`${id}-about`} className={`text-xs break-words ${problem === undefined ? "text-muted" : "text-danger"}`}>
          {says}
        </p>
      )}
    </div>
  );
}
