import { type Attempt, attemptsOf } from "@ostinato/core";
import { useEffect, useRef } from "react";
import type { State } from "../api/types.ts";
import { CopyButton } from "../components/copy.tsx";
import { LongText } from "../components/long-text.tsx";
import { Elapsed } from "../components/time.tsx";
import { clock, duration, exact, milliseconds } from "../format.ts";
import { StateLabel } from "../runs/state.tsx";
import { isFinal } from "../states.ts";
import { attemptState } from "./attempt-state.ts";

/** The attempts: end, time, duration, wait before, message. */
export function AttemptTable(props: {
  readonly states: readonly State[];
  /** Number of the attempt that the address points to. */
  readonly marked: string | undefined;
  /** The address of the page at one attempt. */
  readonly linkTo: (attempt: number) => string;
}) {
  const attempts = attemptsOf(props.states);
  const marked = useRef<HTMLTableSectionElement>(null);
  useEffect(() => {
    if (props.marked !== undefined) marked.current?.scrollIntoView({ block: "nearest" });
  }, [props.marked]);
  if (attempts.length < 2) return null;
  return (
    <div
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      tabIndex={0}
      role="region"
      aria-label="Attempts"
      className="max-h-96 overflow-auto rounded-md border bg-surface"
    >
      <table className="w-full text-xs">
        <thead className="sticky top-0 bg-sunken text-left text-faint">
          <tr>
            {["", "State", "Started", "Waited", "Duration"].map((head, column) => (
              <th key={head} scope="col" className={`px-2 py-1 font-normal ${column > 2 ? "text-right" : ""}`}>
                {head === "" ? <span className="sr-only">Attempt</span> : head}
              </th>
            ))}
          </tr>
        </thead>
        {attempts.map((attempt, index) => {
          const chosen = props.marked === String(attempt.number);
          return (
            <tbody
              key={attempt.number}
              {...(chosen ? { ref: marked } : {})}
              aria-current={chosen ? "true" : undefined}
              className={`group/attempt border-t align-top ${chosen ? "bg-accent-soft" : ""}`}
            >
              <AttemptRow attempt={attempt} before={attempts[index - 1]} link={props.linkTo(attempt.number)} />
            </tbody>
          );
        })}
      </table>
    </div>
  );
}

function AttemptRow(props: {
  readonly attempt: Attempt<State>;
  readonly before: Attempt<State> | undefined;
  readonly link: string;
}) {
  const { attempt, before } = props;
  const { outcome } = attempt;
  const retried = outcome.type === "SCHEDULED";
  const waited =
    before?.end === null || before === undefined ? null : milliseconds(attempt.start) - milliseconds(before.end);
  return (
    <>
      <tr>
        <th scope="row" className="px-2 py-1 text-left font-medium whitespace-nowrap">
          {attempt.number}
          <CopyButton
            text={props.link}
            icon="link"
            label={`Copy the link to attempt ${attempt.number}`}
            className="-my-1 opacity-0 group-hover/attempt:opacity-100 focus-visible:opacity-100"
          />
        </th>
        <td className="px-2 py-1">
          <StateLabel {...attemptState(attempt)} />
        </td>
        <td className="px-2 py-1 whitespace-nowrap" title={exact(attempt.start)}>
          <time dateTime={attempt.start}>{clock(attempt.start)}</time>
        </td>
        <td className="px-2 py-1 text-right whitespace-nowrap text-muted">
          {waited === null ? "–" : duration(waited)}
        </td>
        <td className="px-2 py-1 text-right whitespace-nowrap">
          <Elapsed start={attempt.start} end={attempt.end} />
        </td>
      </tr>
      {outcome.message === null || outcome.message === "" || (!retried && !isFinal(outcome.type)) ? null : (
        <tr>
          <td />
          <td colSpan={4} className="min-w-0 px-2 pb-1.5 text-muted">
            <LongText text={outcome.message} />
          </td>
        </tr>
      )}
    </>
  );
}
