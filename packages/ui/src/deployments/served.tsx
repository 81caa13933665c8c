import type { DeploymentRow } from "../api/types.ts";
import { Icon } from "../components/icon.tsx";
import { exact, relative } from "../format.ts";
import { useNow } from "../now.ts";

type Polled = Pick<DeploymentRow, "status" | "last_polled">;

/** Warns of a deployment whose runs nobody takes: no process serves it, and no worker asks for it. */
export function Served({ deployment, short = false }: { readonly deployment: Polled; readonly short?: boolean }) {
  const now = useNow();
  if (deployment.status === "READY") return null;
  const { last_polled: last } = deployment;
  return (
    <span
      className="inline-flex min-w-0 items-center gap-1 text-(--state-late)"
      title={last === null ? "Nobody has served it yet." : `Last asked for its runs at ${exact(last)}`}
    >
      <Icon name="warning" className="size-3" />
      <span className={short ? "sr-only" : "truncate"}>
        {last === null ? "nobody has served it yet" : `nobody serves it, last ${relative(last, now)}`}
      </span>
    </span>
  );
}
