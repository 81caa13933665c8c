import { memo } from "react";
import type { Log } from "../api/types.ts";
import { CopyButton } from "../components/copy.tsx";
import { clock, duration, exact, milliseconds } from "../format.ts";
import { plainText } from "./ansi.ts";
import { levelLook } from "./log-level.ts";
import { LogMessage } from "./log-message.tsx";

/** How lines are shown. */
export interface LineLook {
  /** The searched text. */
  readonly text: string | undefined;
  readonly wrap: boolean;
  /** The moment from which times are counted. */
  readonly start: string | null;
  readonly taskName: ((taskRunId: string) => string | undefined) | undefined;
  /** Times are left out while there is little room. */
  readonly narrow: boolean;
}

/** One line: where there is little room its number, time and task stand above its text. */
export const LogRow = memo(function LogRow(props: {
  readonly log: Log | undefined;
  /** Its number in the whole log; undefined while only the server knows it. */
  readonly number: number | undefined;
  readonly digits: number;
  readonly marked: boolean;
  readonly onLine: (line: string) => void;
  readonly look: LineLook;
}) {
  const { log, number, look } = props;
  if (log === undefined) return <div className="h-5 px-3 text-faint">…</div>;
  const level = levelLook(log.level);
  const task = log.task_run_id === null ? undefined : look.taskName?.(log.task_run_id);
  return (
    <div
      aria-current={props.marked ? "true" : undefined}
      className={`group/line relative flex items-start gap-x-2 pr-2 @max-xl:flex-wrap ${look.wrap ? "" : "w-max min-w-full"} ${props.marked ? "bg-accent-soft" : "hover:bg-hover"}`}
    >
      {number === undefined ? (
        <span className="shrink-0 border-l-2 pl-2" style={{ ...widthOf(props.digits), borderColor: level.edge }} />
      ) : (
        <button
          type="button"
          tabIndex={-1}
          aria-label={`Link to line ${number}`}
          onClick={() => props.onLine(String(number))}
          className="shrink-0 border-l-2 pl-2 text-right text-faint select-none hover:text-text"
          style={{ ...widthOf(props.digits), borderColor: level.edge }}
        >
          {number}
        </button>
      )}
      <time className="shrink-0 text-faint @max-xl:hidden" dateTime={log.timestamp} title={exact(log.timestamp)}>
        {clock(log.timestamp)}
      </time>
      {look.start === null ? null : (
        <span
          className={`w-[11ch] shrink-0 text-right text-faint ${look.narrow ? "@max-xl:hidden" : "@max-xl:order-3 @max-xl:w-auto"}`}
          title={`${exact(log.timestamp)}, counted from the start of the run`}
        >
          {offset(log.timestamp, look.start)}
        </span>
      )}
      <span className="w-[5ch] shrink-0 font-medium" style={{ color: level.color }}>
        {level.label}
      </span>
      {task === undefined ? null : (
        <span
          dir="auto"
          className="max-w-[18ch] shrink-0 truncate text-faint @max-xl:order-4 @max-xl:max-w-[50%]"
          title={task}
        >
          {task}
        </span>
      )}
      <LogMessage
        message={log.message}
        wanted={look.text}
        wrap={look.wrap}
        className="@max-xl:order-5 @max-xl:basis-full @max-xl:pl-2.5"
      />
      <span className="invisible absolute top-0 right-1 flex bg-surface group-hover/line:visible">
        {number === undefined ? null : (
          <CopyButton
            icon="link"
            text={() => addressOfLine(number)}
            label="Copy the link to the line"
            className="!size-5"
            tabIndex={-1}
          />
        )}
        <CopyButton text={() => plainText(log.message)} label="Copy the line" className="!size-5" tabIndex={-1} />
      </span>
    </div>
  );
});

/** The address of the page with the line marked. */
export function addressOfLine(line: number): string {
  const address = new URL(location.href);
  address.searchParams.set("line", String(line));
  return address.href;
}

function widthOf(digits: number) {
  return { width: `calc(${digits}ch + 14px)` };
}

/** `+1.2 s`; a line of before the start has a minus. */
function offset(time: string, start: string): string {
  const ms = milliseconds(time) - milliseconds(start);
  return ms < 0 ? duration(ms) : `+${duration(ms)}`;
}
