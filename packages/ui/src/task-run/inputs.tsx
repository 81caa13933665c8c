import { Link } from "@tanstack/react-router";
import type { TaskRunPage } from "../api/types.ts";
import { calledIn } from "../flow-run/timeline/timeline-changes.ts";
import { ValueView } from "../results/value-view.tsx";
import { StateIcon } from "../runs/state.tsx";
import { Block } from "./block.tsx";

/** The input in which Prefect's clients list task runs that were waited for without taking their results. */
const waitedFor = "wait_for";

type Source = TaskRunPage["task_run"]["task_inputs"][string][number];

/** The arguments by name, with their values and origins, where the client reports them. */
export function Inputs({ page }: { readonly page: TaskRunPage }) {
  const { [calledIn]: callers, [waitedFor]: awaited, ...sources } = page.task_run.task_inputs;
  const previews = new Map(page.inputs.map(({ name, preview }) => [name, preview]));
  const names = [...new Set([...previews.keys(), ...Object.keys(sources)])];
  return (
    <Block title="Inputs">
      {names.length === 0 ? <p className="text-faint">Called without arguments.</p> : null}
      <dl className="flex flex-col gap-2.5">
        {names.map((name) => {
          const preview = previews.get(name);
          return (
            <div key={name} className="min-w-0">
              <dt className="mb-0.5 flex flex-wrap items-center gap-x-3 font-mono text-xs text-muted">
                {name}
                <Sources sources={sources[name] ?? []} page={page} word="from" />
              </dt>
              <dd className="min-w-0">
                {preview === undefined ? (
                  <p className="text-xs text-faint">Prefect's client does not report the value.</p>
                ) : (
                  <ValueView preview={preview} />
                )}
              </dd>
            </div>
          );
        })}
      </dl>
      {callers === undefined && awaited === undefined ? null : (
        <p className="mt-2 flex flex-col gap-1 text-xs">
          <Sources sources={awaited ?? []} page={page} word="Waited for" />
          <Sources sources={callers ?? []} page={page} word="Called in" />
        </p>
      )}
    </Block>
  );
}

function Sources(props: { readonly sources: readonly Source[]; readonly page: TaskRunPage; readonly word: string }) {
  if (props.sources.length === 0) return null;
  return (
    <span className="flex min-w-0 flex-wrap items-center gap-x-2 font-sans text-faint">
      {props.word}
      {props.sources.map((source) => (
        <SourceName key={JSON.stringify(source)} source={source} page={props.page} />
      ))}
    </span>
  );
}

const linkClass = "inline-flex max-w-full items-center gap-1 text-muted hover:text-text hover:underline";

function SourceName({ source, page }: { readonly source: Source; readonly page: TaskRunPage }) {
  if ("name" in source) return <span className="text-muted">the parameter {source.name}</span>;
  if (!("id" in source)) return <span className="text-muted">a constant</span>;
  const { id } = source;
  if (source.input_type === "flow_run") {
    return (
      <Link to="/runs/flow-run/$id" params={{ id }} className={linkClass}>
        a subflow
      </Link>
    );
  }
  const run = page.upstream.find((known) => known.id === id);
  return (
    <Link to="/runs/task-run/$id" params={{ id }} className={linkClass}>
      {run === undefined ? null : <StateIcon type={run.state_type} name={run.state_name} className="size-3.5" />}
      <span className="truncate">{run?.name ?? "a deleted task run"}</span>
    </Link>
  );
}
