import { foldedStack, tracebackEnd, tracebackIn } from "@ostinato/core";
import { Link } from "@tanstack/react-router";
import { type CSSProperties, useState } from "react";
import type { Failure } from "../api/types.ts";
import { CopyButton } from "../components/copy.tsx";
import { Icon } from "../components/icon.tsx";
import { LongText } from "../components/long-text.tsx";
import { readFlowRunSearch } from "../flow-run/flow-run-search.ts";
import { clock, withReadableTimes } from "../format.ts";
import { levelLook } from "../logs/log-level.ts";
import { type StateType, stateColor, stateLook } from "../states.ts";

/**
 * The cause of a failure: message, task, attempt, the line of the user's code, the last log lines. `within` is the flow run whose page
 * shows it; undefined on the page of the task run itself.
 */
export function FailureBox({
  failure,
  within,
  brief = false,
  state = "FAILED",
}: {
  readonly failure: Failure;
  readonly within?: string;
  /** In one line, while something else says the rest. */
  readonly brief?: boolean;
  /** The state of the run: the edge has its colour. */
  readonly state?: StateType | null;
}) {
  const edge = { borderLeftColor: stateColor(stateLook(state)) };
  if (brief) return <BriefFailure failure={failure} within={within} edge={edge} />;
  // The page of a task run has its own log.
  const lastLogs = within === undefined ? [] : failure.last_logs;
  return (
    <section
      aria-label="Why it failed"
      className="min-w-0 overflow-hidden rounded-lg border border-l-3 bg-surface"
      style={edge}
    >
      <div className="flex items-start gap-2 px-3 pt-2.5">
        <div className="min-w-0 flex-1">
          <LongText text={withReadableTimes(failure.message)} className="text-base leading-6 font-medium" />
          <p className="mt-0.5 flex flex-wrap items-center gap-x-2 text-muted">
            {within === undefined ? null : <Path failure={failure} within={within} />}
            {failure.attempt === null || failure.attempt < 2 ? null : <span>attempt {failure.attempt}</span>}
            {failure.location === null ? null : (
              <span className="inline-flex max-w-full min-w-0 items-center">
                <code className="min-w-0 rounded-sm bg-sunken px-1 text-xs break-all text-text">
                  {failure.location}
                </code>
                <CopyButton text={placeIn(failure.location)} label="Copy the location" />
              </span>
            )}
          </p>
        </div>
        <CopyButton
          label="Copy the error"
          text={() =>
            failure.traceback ?? `${failure.message}${failure.location === null ? "" : `\n${failure.location}`}`
          }
        />
      </div>
      {lastLogs.length === 0 ? null : (
        <ol
          aria-label="The last lines of its log"
          className="mt-2 border-t bg-sunken py-1.5 font-mono text-xs leading-5"
        >
          {lastLogs.map((log) => (
            <li key={log.id} className="flex gap-2 px-3">
              <span className="shrink-0 text-faint max-sm:hidden">{clock(log.timestamp)}</span>
              <span className="w-[5ch] shrink-0" style={{ color: levelLook(log.level).color }}>
                {levelLook(log.level).label}
              </span>
              <LastLine message={log.message} />
            </li>
          ))}
        </ol>
      )}
      {failure.traceback === null ? (
        <div className={lastLogs.length === 0 ? "h-2.5" : ""} />
      ) : (
        <Stack stack={failure.traceback} className={lastLogs.length === 0 ? "mt-2.5" : ""} />
      )}
    </section>
  );
}

/** The stack on demand, as a reader needs it: frames of Ostinato and Node.js are counted, and shown on a second demand. */
function Stack({ stack, className }: { readonly stack: string; readonly className: string }) {
  const [open, setOpen] = useState(false);
  const [all, setAll] = useState(false);
  const folded = foldedStack(stack, (frames) => `    … and ${frames} of Ostinato and Node.js`);
  return (
    <div className={`border-t ${className}`}>
      <div className="flex items-center text-xs text-muted">
        <button
          type="button"
          aria-expanded={open}
          onClick={() => setOpen(!open)}
          className="flex min-w-0 flex-1 items-center gap-1.5 px-3 py-1.5 text-left hover:text-text focus-visible:outline-offset-[-2px]"
        >
          <Icon name={open ? "chevronDown" : "chevronRight"} className="size-3" />{" "}
          {folded === stack ? "Whole stack" : "Stack"}
        </button>
        {open && folded !== stack ? (
          <button
            type="button"
            aria-pressed={all}
            onClick={() => setAll(!all)}
            className={`mx-2 rounded-sm px-1.5 py-0.5 hover:text-text ${all ? "bg-pressed text-text" : ""}`}
          >
            All frames
          </button>
        ) : null}
      </div>
      {open ? (
        <pre
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
          tabIndex={0}
          ref={tracebackIn(stack) === undefined ? undefined : scrollToEnd}
          className="max-h-96 overflow-auto border-t bg-sunken px-3 py-2 text-xs leading-5 break-words whitespace-pre-wrap"
        >
          {all ? stack : folded}
        </pre>
      ) : null}
    </div>
  );
}

/** Of a traceback the end is shown whole, since it has the error; of any other text the beginning. */
function LastLine({ message }: { readonly message: string }) {
  const isTraceback = tracebackIn(message) !== undefined;
  return (
    <span
      dir="auto"
      className={`min-w-0 flex-1 break-words whitespace-pre-wrap ${isTraceback ? "max-h-40 overflow-hidden" : "line-clamp-3"}`}
    >
      {isTraceback ? tracebackEnd(message, 3) : message}
    </span>
  );
}

function BriefFailure(props: {
  readonly failure: Failure;
  readonly within: string | undefined;
  readonly edge: CSSProperties;
}) {
  const { failure, within } = props;
  return (
    <section
      aria-label="Why it failed"
      className="flex min-w-0 items-center gap-3 rounded-lg border border-l-3 bg-surface px-3 py-1"
      style={props.edge}
    >
      <p dir="auto" className="min-w-0 flex-1 truncate font-medium" title={failure.message}>
        {failure.message}
      </p>
      {within === undefined ? null : (
        <span className="min-w-0 shrink-[2] truncate text-xs text-muted">
          <Path failure={failure} within={within} />
        </span>
      )}
    </section>
  );
}

/** A Python traceback ends with the error. */
function scrollToEnd(element: HTMLElement | null): void {
  if (element !== null) element.scrollTop = element.scrollHeight;
}

/**
 * The way down to the failure: each subflow is a link to its run, and the failed task one to itself, beside the run that it is of. The flow whose
 * page this is is only named where subflows follow.
 */
function Path({ failure, within }: { readonly failure: Failure; readonly within: string }) {
  const { path, task_run_id: task, task_run_name: taskName, flow_run_id: run } = failure;
  const steps = path.length > 1 ? path : [];
  const link = "min-w-0 truncate font-medium text-text hover:underline";
  if (steps.length === 0 && task === null) return null;
  return (
    <nav aria-label="Where it failed" className="min-w-0 max-w-full">
      <ol className="flex min-w-0 flex-wrap items-center gap-x-1.5">
        {steps.map((step) => (
          <li key={step.flow_run_id} className="flex max-w-full min-w-0 items-center gap-1.5">
            {step.flow_run_id === within ? (
              <span className="truncate text-muted">{step.flow_name}</span>
            ) : (
              <Link
                to="/runs/flow-run/$id"
                params={{ id: step.flow_run_id }}
                title={`${step.flow_name}, run ${step.flow_run_name}`}
                className={link}
              >
                {step.flow_name}
              </Link>
            )}
            {step === steps.at(-1) && task === null ? null : <Further />}
          </li>
        ))}
        {task === null ? null : (
          <li className="flex max-w-full min-w-0 items-center gap-1">
            {steps.length === 0 ? "in task" : <span className="sr-only">in task</span>}
            {run === null ? (
              <Link to="/runs/task-run/$id" params={{ id: task }} className={link}>
                {taskName}
              </Link>
            ) : (
              <Link
                to="/runs/flow-run/$id"
                params={{ id: within }}
                search={(before) => readFlowRunSearch({ ...before, task })}
                resetScroll={false}
                className={link}
              >
                {taskName}
              </Link>
            )}
          </li>
        )}
      </ol>
    </nav>
  );
}

function Further() {
  return <Icon name="chevronRight" className="size-3 text-faint" />;
}

/** `file:line:column` of `at fn (file:line:column)`, which editors open. */
function placeIn(location: string): string {
  return /\(([^)]+)\)$/.exec(location)?.[1] ?? location.replace(/^at /, "");
}
