import { type ReactNode, useId } from "react";
import { CopyButton } from "./copy.tsx";
import { fieldClass } from "./field.tsx";

/** JSON as a text to write, as high as its lines, with what is wrong with it below. */
export function JsonText(props: {
  readonly label: string;
  readonly copyLabel: string;
  readonly text: string;
  readonly maxRows: number;
  readonly problem: ReactNode;
  readonly onChange: (text: string) => void;
}) {
  const { text, problem } = props;
  const id = useId();
  const isWrong = problem !== undefined && problem !== null;
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <div className="flex items-center justify-between">
        <label htmlFor={id} className="text-muted">
          {props.label}
        </label>
        <CopyButton text={text} label={props.copyLabel} />
      </div>
      <textarea
        id={id}
        rows={Math.min(props.maxRows, text.split("\n").length + 1)}
        spellCheck={false}
        value={text}
        aria-invalid={isWrong}
        aria-describedby={isWrong ? `${id}-problem` : undefined}
        onChange={({ target }) => props.onChange(target.value)}
        className={`${fieldClass} !h-auto py-1.5 font-mono !text-xs`}
      />
      {isWrong ? (
        <p id={`${id}-problem`} role="alert" className="text-xs text-danger">
          {problem}
        </p>
      ) : null}
    </div>
  );
}
