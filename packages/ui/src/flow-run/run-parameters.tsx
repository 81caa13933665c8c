import { Link } from "@tanstack/react-router";
import type { FlowRunPage } from "../api/types.ts";
import { buttonClass } from "../components/button.tsx";
import { CopyButton } from "../components/copy.tsx";
import { Icon } from "../components/icon.tsx";
import { JsonView } from "../components/json-view.tsx";
import { Badge } from "../components/tag.tsx";
import { StateIcon } from "../runs/state.tsx";

/** The parameters, with the differences from the previous run. */
export function RunParameters({ page }: { readonly page: FlowRunPage }) {
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
      <dl className="flex flex-col gap-3">
        {names.map((name) => (
          <div key={name} className="min-w-0">
            <dt className="mb-0.5 flex items-center gap-2 font-mono text-xs">
              {name}{" "}
              {changed.includes(name) ? (
                <Badge>
                  {before !== null && name in before ? (name in parameters ? "changed" : "no longer given") : "new"}
                </Badge>
              ) : null}
            </dt>
            <dd className={changed.includes(name) ? "grid gap-2 md:grid-cols-2" : ""}>
              <JsonView value={parameters[name] ?? null} label={`Copy ${name}`} />
              {changed.includes(name) && before !== null && name in before ? (
                <div className="opacity-75">
                  <JsonView value={before[name]} label={`Copy ${name} as it was`} />
                  <span className="text-xs text-faint">before</span>
                </div>
              ) : null}
            </dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
