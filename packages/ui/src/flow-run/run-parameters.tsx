import { isNumber } from "@ostinato/core";
import { Link } from "@tanstack/react-router";
import type { FlowRunPage } from "../api/types.ts";
import { buttonClass } from "../components/button.tsx";
import { CopyButton } from "../components/copy.tsx";
import { Icon } from "../components/icon.tsx";
import { JsonView } from "../components/json-view.tsx";
import { Badge } from "../components/tag.tsx";
import { StateIcon } from "../runs/state.tsx";
import { GivenInputs } from "./given-inputs.tsx";

/** The parameters, and what the run was given when it was resumed. */
export function RunParameters({ page }: { readonly page: FlowRunPage }) {
  return (
    <div className="flex flex-col gap-5">
      <Parameters page={page} />
      <GivenInputs page={page} />
    </div>
  );
}

/** With the differences from the previous run. */
function Parameters({ page }: { readonly page: FlowRunPage }) {
  const { parameters } = page.flow_run;
  const before = page.previous?.parameters ?? null;
  const names = [...new Set([...Object.keys(parameters), ...Object.keys(before ?? {})])];
  if (names.length === 0)
    return <p className="py-4 text-muted">The flow takes no parameters, or was called without any.</p>;
  const changed = before === null ? [] : names.filter((name) => !same(parameters[name], before[name]));
  return (
    <div className="flex max-w-4xl flex-col gap-3">
      <p className="flex flex-wrap items-center gap-2 text-muted">
        {page.previous === null ? (
          "The first run of this flow."
        ) : (
          <>
            {changed.length === 0 ? "The same as in" : `${changed.length} changed against`}
            <Link
              to="/runs/flow-run/$id"
              params={{ id: page.previous.id }}
              className="inline-flex items-center gap-1 text-text hover:underline"
            >
              <StateIcon type={page.previous.state_type} className="size-3.5" /> {page.previous.name}
            </Link>
          </>
        )}
        <CopyButton text={() => JSON.stringify(parameters, null, 2)} label="Copy all parameters as JSON" />
        {page.flow_run.deployment_id === null ? null : (
          <Link
            to="/deployments/$id/run"
            params={{ id: page.flow_run.deployment_id }}
            search={{ from: page.flow_run.id }}
            className={buttonClass()}
          >
            <Icon name="play" className="size-3.5" /> Run again with these
          </Link>
        )}
      </p>
      <div className="overflow-x-auto rounded-lg border bg-surface">
        <table className="w-full border-collapse text-sm">
          <thead className="bg-sunken text-xs text-faint">
            <tr>
              <Head>Parameter</Head>
              <Head>Value</Head>
              {changed.length === 0 ? null : <Head>Previous run</Head>}
            </tr>
          </thead>
          <tbody>
            {names.map((name) => (
              <tr key={name} className="border-t align-top">
                <th scope="row" className="px-3 py-1.5 text-left font-mono text-xs font-normal whitespace-nowrap">
                  {name}{" "}
                  {changed.includes(name) ? (
                    <Badge>
                      {before !== null && name in before ? (name in parameters ? "≠ changed" : "not given") : "new"}
                    </Badge>
                  ) : null}
                </th>
                <td className="min-w-32 px-3 py-1.5">
                  {name in parameters ? <Value name={name} value={parameters[name]} /> : <Absent />}
                </td>
                {changed.length === 0 ? null : (
                  <td className="min-w-32 px-3 py-1.5 text-muted">
                    {!changed.includes(name) ? (
                      <span className="text-faint">the same</span>
                    ) : before !== null && name in before ? (
                      <Value name={`${name} as it was`} value={before[name]} />
                    ) : (
                      <Absent />
                    )}
                  </td>
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}

function Head({ children }: { readonly children: string }) {
  return (
    <th scope="col" className="px-3 py-1 text-left font-medium">
      {children}
    </th>
  );
}

function Absent() {
  return <span className="text-faint">–</span>;
}

/** A short text or number in its line, anything else as a tree. */
function Value({ name, value }: { readonly name: string; readonly value: unknown }) {
  const text = JSON.stringify(value) ?? "null";
  const isPlain = typeof value !== "object" || value === null || isNumber(value);
  if (!isPlain || text.length > maxInline) return <JsonView value={value ?? null} label={`Copy ${name}`} />;
  return (
    <span className="flex items-center gap-1">
      <code className="min-w-0 text-xs break-all">{text}</code>
      <CopyButton text={text} label={`Copy ${name}`} className="-my-1" />
    </span>
  );
}

/** Longer JSON is easier to read folded. */
const maxInline = 90;

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
