import { apiAddress } from "../base-path.ts";
import { Button, buttonClass } from "../components/button.tsx";
import { SearchField, Select } from "../components/field.tsx";
import { Icon } from "../components/icon.tsx";
import { count } from "../format.ts";
import type { LogSearch } from "./log-search.ts";
import type { LogSnapshot } from "./log-store.ts";

const levels = [
  { value: "0", label: "All levels" },
  { value: "10", label: "Debug and up" },
  { value: "20", label: "Info and up" },
  { value: "30", label: "Warnings and up" },
  { value: "40", label: "Errors and up" },
] as const;

const pressed = "!border-accent/50 !bg-accent-soft";

/** The toolbar above the lines: filter and navigation. */
export function LogTools(props: {
  readonly search: LogSearch;
  readonly onSearch: (change: LogSearch) => void;
  readonly snapshot: LogSnapshot;
  readonly live: boolean;
  readonly follow: boolean;
  readonly onFollow: (follow: boolean) => void;
  readonly onJump: (line: number) => void;
  readonly subflows: boolean;
  readonly download: string | undefined;
}) {
  const { search, live, follow } = props;
  const { state, total, firstError } = props.snapshot;
  const withSubflows = search.lines === "with-subflows";
  return (
    <div className="flex flex-wrap items-center gap-2">
      <Select
        label="Level"
        value={levels.find((level) => level.value === search.level)?.value ?? "0"}
        options={levels}
        onChange={(level) => props.onSearch({ level: level === "0" ? undefined : level, line: undefined })}
      />
      <SearchField
        label="Filter the log"
        value={search.text ?? ""}
        className="min-w-0 max-sm:order-last max-sm:w-full sm:w-56"
        onChange={(text) => props.onSearch({ text: text === "" ? undefined : text, line: undefined })}
      />
      <span className="text-xs text-faint" role="status">
        {state === "ready" ? `${count(total)} ${total === 1 ? "line" : "lines"}` : ""}
      </span>
      <span className="ml-auto flex items-center gap-1">
        {firstError === null ? null : (
          <Button icon="warning" onClick={() => props.onJump(firstError)}>
            First error
          </Button>
        )}
        {props.subflows ? (
          <Button
            aria-pressed={withSubflows}
            title="Also the lines of the flows that this run called"
            className={withSubflows ? pressed : ""}
            onClick={() => props.onSearch({ lines: withSubflows ? undefined : "with-subflows", line: undefined })}
          >
            Subflows
          </Button>
        ) : null}
        {live ? (
          <Button
            icon="arrowDown"
            aria-pressed={follow}
            className={follow ? pressed : ""}
            onClick={() => props.onFollow(!follow)}
          >
            Follow
          </Button>
        ) : null}
        {props.download === undefined ? null : (
          <a href={apiAddress(props.download)} download className={buttonClass()} aria-label="Download the whole log">
            <Icon name="download" className="size-3.5" />
            <span className="max-sm:hidden">Download</span>
          </a>
        )}
      </span>
    </div>
  );
}
