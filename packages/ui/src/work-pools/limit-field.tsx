import { useId } from "react";
import { TextField } from "../components/field.tsx";

/** The limit of a pool or a queue, as it is written: empty for none. */
export function LimitField(props: {
  readonly noun: "pool" | "queue";
  readonly value: string;
  readonly onChange: (value: string) => void;
}) {
  const { noun, value, onChange } = props;
  const id = useId();
  const isWrong = !isLimit(value);
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <label htmlFor={id} className="w-fit text-muted">
        Runs at once
      </label>
      <TextField
        id={id}
        inputMode="numeric"
        placeholder="no limit"
        value={value}
        aria-invalid={isWrong}
        aria-describedby={`${id}-about`}
        onChange={(event) => onChange(event.target.value)}
        className="w-40"
      />
      <p id={`${id}-about`} className="text-xs text-muted">
        {isWrong ? (
          <span className="text-danger">Write a whole number, 0 or more, or leave it empty for no limit.</span>
        ) : (
          `The limit counts the runs of the ${noun} that are pending, running or cancelling.`
        )}
      </p>
    </div>
  );
}

const maxLimit = 2_147_483_647;

export function isLimit(text: string): boolean {
  const limit = limitIn(text);
  return limit === null || (Number.isInteger(limit) && limit >= 0 && limit <= maxLimit);
}

export function limitIn(text: string): number | null {
  return text.trim() === "" ? null : Number(text);
}
