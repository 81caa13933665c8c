import type { AssetMaterialization } from "@ostinato/protocol";
import { Link } from "@tanstack/react-router";
import { Icon } from "../components/icon.tsx";
import { StateLabel } from "../runs/state.tsx";

export function AssetLink({ of, className = "" }: { readonly of: string; readonly className?: string }) {
  return (
    <Link
      to="/asset"
      search={{ key: of }}
      title={of}
      className={`truncate py-0.5 font-mono text-xs font-medium hover:underline ${className}`}
    >
      {of}
    </Link>
  );
}

/** How a materialization ended, in the look of the states of runs. */
export function Ending({ of }: { readonly of: AssetMaterialization | null }) {
  if (of === null) return <span className="text-faint">only read</span>;
  return <StateLabel type={of.succeeded ? "COMPLETED" : "FAILED"} />;
}

export function RunLink({ run }: { readonly run: AssetMaterialization["flow_run"] }) {
  if (run === null) return <span className="text-faint">–</span>;
  return (
    <Link to="/runs/flow-run/$id" params={{ id: run.id }} className="truncate hover:underline">
      {run.name}
    </Link>
  );
}

export function TaskRunLink({ run }: { readonly run: AssetMaterialization["task_run"] }) {
  if (run === null) return <span className="text-faint">–</span>;
  return (
    <Link to="/runs/task-run/$id" params={{ id: run.id }} className="truncate hover:underline">
      {run.name}
    </Link>
  );
}

export function OutsideLink({ url }: { readonly url: string }) {
  if (!/^https?:\/\//.test(url)) return <span className="break-all">{url}</span>;
  return (
    <a href={url} target="_blank" rel="noreferrer noopener" className="text-accent break-all hover:underline">
      {url} <Icon name="external" className="inline size-3" />
    </a>
  );
}
