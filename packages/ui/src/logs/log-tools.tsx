import { apiAddress } from "../base-path.ts";
import { Button, buttonClass, IconButton } from "../components/button.tsx";
import { SearchField, Select } from "../components/field.tsx";
import { Icon } from "../components/icon.tsx";
import { count } from "../format.ts";
import type { LogFinder } from "./log-finder.ts";
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

/** A task of the run. */
export interface TaskChoice {
  readonly key: string;
  readonly label: string;
}

/** The toolbar above the lines: filter and navigation. */
export function LogTools(props: {
  readonly search: LogSearch;
  readonly onSearch: (change: LogSearch) => void;
  readonly snapshot: LogSnapshot;
  readonly live: boolean;
  readonly follow: boolean;
  readonly onFollow: (follow: boolean) => void;
  readonly wrap: boolean;
  readonly onWrap: (wrap: boolean) => void;
  readonly finder: LogFinder;
  /** The attempts to choose from; none where the page has a choice of its own. */
  readonly attempts: number;
  readonly isFull: boolean;
  readonly onFull: (isFull: boolean) => void;
  readonly tasks: readonly TaskChoice[];
  readonly subflows: boolean;
  readonly download: string | undefined;
}) {
  const { search, onSearch, live, follow, wrap, finder } = props;
  const { state, total, errorCount } = props.snapshot;
  const withSubflows = search.lines !== "own";
  return (
    <div className="flex flex-wrap items-center gap-2">
      <Select
        label="Level"
        value={levels.find((level) => level.value === search.level)?.value ?? "0"}
        options={levels}
        onChange={(level) => onSearch({ level: level === "0" ? undefined : level })}
      />
      {props.attempts < 2 ? null : (
        <Select
          label="Attempt"
          value={search.attempt ?? ""}
          options={[
            { value: "", label: "All attempts" },
            ...Array.from({ length: props.attempts }, (_, index) => ({
              value: String(index + 1),
              label: `Attempt ${index + 1}`,
            })),
          ]}
          onChange={(attempt) => onSearch({ attempt: attempt === "" ? undefined : attempt })}
        />
      )}
      {props.tasks.length < 2 && search.logTask === undefined ? null : (
        <Select
          label="Task"
          value={search.logTask ?? ""}
          options={[{ value: "", label: "All tasks" }, ...props.tasks.map(({ key, label }) => ({ value: key, label }))]}
          onChange={(task) => onSearch({ logTask: task === "" ? undefined : task })}
        />
      )}
      <SearchField
        label="Filter the log"
        value={search.text ?? ""}
        className="min-w-0 max-sm:order-last max-sm:w-full sm:w-56"
        onChange={(text) => onSearch(text === "" ? { text: undefined, around: undefined } : { text })}
      />
      {search.text === undefined ? null : <Matches search={search} onSearch={onSearch} finder={finder} />}
      <span className="text-xs text-faint" role="status">
        {state === "ready" ? `${count(total)} ${total === 1 ? "line" : "lines"}` : ""}
      </span>
      <span className="text-xs text-faint" role="status">
        {finder.said}
      </span>
      <span className="ml-auto flex flex-wrap items-center gap-1">
        {errorCount === 0 ? null : <Errors finder={finder} />}
        {props.subflows ? (
          <Toggle
            on={withSubflows}
            onChange={(on) => onSearch({ lines: on ? undefined : "own", line: undefined })}
            title="Also the lines of the flows that this run called"
          >
            Subflows
          </Toggle>
        ) : null}
        <Toggle on={wrap} onChange={props.onWrap} title="Continue long lines in the next row">
          Wrap
        </Toggle>
        {live ? (
          <Toggle on={follow} onChange={props.onFollow} title="Keep the newest line in sight" icon="arrowDown">
            Follow
          </Toggle>
        ) : null}
        <IconButton
          icon={props.isFull ? "close" : "expand"}
          label={props.isFull ? "Close the full view" : "Full view"}
          aria-pressed={props.isFull}
          onClick={() => props.onFull(!props.isFull)}
        />
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

/** From match to match, among the matching lines or among all of them. */
function Matches({ search, onSearch, finder }: Pick<Parameters<typeof LogTools>[0], "search" | "onSearch" | "finder">) {
  const find = (direction: "next" | "previous") => finder.find({ find: search.text, direction });
  return (
    <span className="flex items-center">
      <IconButton icon="arrowUp" label="Previous match" onClick={() => find("previous")} />
      <IconButton icon="arrowDown" label="Next match" onClick={() => find("next")} />
      <Toggle
        on={search.around === "all"}
        onChange={(on) => onSearch({ around: on ? "all" : undefined })}
        title="Also the lines between the matches"
      >
        All lines
      </Toggle>
    </span>
  );
}

function Errors({ finder }: { readonly finder: LogFinder }) {
  const find = (direction: "next" | "previous", anew = false) => finder.find({ find: undefined, direction, anew });
  return (
    <span className="flex items-center">
      <Button icon="warning" onClick={() => find("next", true)}>
        First error
      </Button>
      <IconButton icon="arrowUp" label="Previous error" onClick={() => find("previous")} />
      <IconButton icon="arrowDown" label="Next error" onClick={() => find("next")} />
    </span>
  );
}

function Toggle(props: {
  readonly on: boolean;
  readonly onChange: (on: boolean) => void;
  readonly title: string;
  readonly icon?: "arrowDown";
  readonly children: string;
}) {
  const { on, icon } = props;
  return (
    <Button
      {...(icon === undefined ? {} : { icon })}
      aria-pressed={on}
      title={props.title}
      className={on ? pressed : ""}
      onClick={() => props.onChange(!on)}
    >
      {props.children}
    </Button>
  );
}
