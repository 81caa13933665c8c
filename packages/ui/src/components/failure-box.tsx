import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { Failure } from "../api/types.ts";
import { clock } from "../format.ts";
import { CopyButton } from "./copy.tsx";
import { Icon } from "./icon.tsx";
import { levelLook } from "./log-view.tsx";

/** Why something failed: message, task, attempt, the line of the user's own code, the last log lines. */
export function FailureBox({ failure, own = false }: { readonly failure: Failure; readonly own?: boolean }) {
  const [open, setOpen] = useState(false);
  // Beside a task run stands its own log.
  const lastLogs = own ? [] : failure.last_logs;
  return (
    <section
      aria-label="Why it failed"
      className="min-w-0 overflow-hidden rounded-lg border border-l-3 border-l-(--state-failed) bg-surface"
    >
      <div className="flex items-start gap-2 px-3 pt-2.5">
        <div className="min-w-0 flex-1">
          <p className="text-base leading-6 font-medium break-words whitespace-pre-wrap">{failure.message}</p>
          <p className="mt-0.5 flex flex-wrap items-center gap-x-2 text-muted">
            {own || failure.task_run_id === null ? null : (
              <span>
                in task{" "}
                <Link
                  to="/runs/task-run/$id"
                  params={{ id: failure.task_run_id }}
                  className="font-medium text-text hover:underline"
                >
                  {failure.task_run_name}
                </Link>
              </span>
            )}
            {failure.attempt === null ? null : <span>attempt {failure.attempt}</span>}
            {failure.location === null ? null : (
              <code className="min-w-0 rounded-sm bg-sunken px-1 text-xs break-all text-text">{failure.location}</code>
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
        <ol className="mt-2 border-t bg-sunken py-1.5 font-mono text-xs leading-5">
          {lastLogs.map((log) => (
            <li key={log.id} className="flex gap-2 px-3">
              <span className="shrink-0 text-faint max-sm:hidden">{clock(log.timestamp)}</span>
              <span className="w-[5ch] shrink-0" style={{ color: levelLook(log.level).color }}>
                {levelLook(log.level).label}
              </span>
              <span className="line-clamp-3 min-w-0 break-words whitespace-pre-wrap">{log.message}</span>
            </li>
          ))}
        </ol>
      )}
      {failure.traceback === null ? (
        <div className={lastLogs.length === 0 ? "h-2.5" : ""} />
      ) : (
        <div className={`border-t ${lastLogs.length === 0 ? "mt-2.5" : ""}`}>
          <button
            type="button"
            aria-expanded={open}
            onClick={() => setOpen(!open)}
            className="flex w-full items-center gap-1.5 px-3 py-1.5 text-left text-xs text-muted hover:text-text focus-visible:outline-offset-[-2px]"
          >
            <Icon name={open ? "chevronDown" : "chevronRight"} className="size-3" /> Whole stack
          </button>
          {open ? (
            <pre
              // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
              tabIndex={0}
              className="max-h-96 overflow-auto border-t bg-sunken px-3 py-2 text-xs leading-5 whitespace-pre-wrap"
            >
              {failure.traceback}
            </pre>
          ) : null}
        </div>
      )}
    </section>
  );
}
