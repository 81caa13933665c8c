import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";

/** What refers to a block or a variable, by kind. */
export interface Uses {
  readonly block_documents?: readonly {
    readonly id: string;
    readonly name: string;
    readonly block_type_slug: string;
  }[];
  readonly deployments: readonly { readonly id: string; readonly name: string; readonly flow_name: string }[];
  readonly work_pools: readonly { readonly id: string; readonly name: string }[];
  readonly automations: readonly { readonly id: string; readonly name: string }[];
}

/** The maximum number of each kind that the server tells. */
const maxTold = 50;

export function isUsed({ block_documents: blocks = [], deployments, work_pools: pools, automations }: Uses): boolean {
  return blocks.length + deployments.length + pools.length + automations.length > 0;
}

const linkClass = "min-w-0 break-words text-text hover:underline";

/** The list of uses, with a link for each; `unused` where there are none. */
export function UsedBy({ uses, unused }: { readonly uses: Uses; readonly unused: string }) {
  const { block_documents: blocks = [], deployments, work_pools: pools, automations } = uses;
  if (!isUsed(uses)) return <p className="text-muted">{unused}</p>;
  return (
    <dl className="grid gap-x-4 gap-y-1.5 sm:grid-cols-[minmax(100px,max-content)_minmax(0,1fr)]">
      <Kind name="Blocks" count={blocks.length}>
        {blocks.map(({ id, name, block_type_slug: slug }) => (
          <Link key={id} to="/blocks/block/$id" params={{ id }} className={linkClass}>
            {slug}/{name}
          </Link>
        ))}
      </Kind>
      <Kind name="Deployments" count={deployments.length}>
        {deployments.map(({ id, name, flow_name }) => (
          <Link key={id} to="/deployments/$id" params={{ id }} className={linkClass}>
            {flow_name}/{name}
          </Link>
        ))}
      </Kind>
      <Kind name="Work pools" count={pools.length}>
        {pools.map(({ id, name }) => (
          <Link key={id} to="/work-pools/$pool" params={{ pool: name }} className={linkClass}>
            {name}
          </Link>
        ))}
      </Kind>
      <Kind name="Automations" count={automations.length}>
        {automations.map(({ id, name }) => (
          <Link key={id} to="/automations/automation/$id" params={{ id }} className={linkClass}>
            {name}
          </Link>
        ))}
      </Kind>
    </dl>
  );
}

function Kind(props: { readonly name: string; readonly count: number; readonly children: ReactNode }) {
  if (props.count === 0) return null;
  return (
    <>
      <dt className="text-faint">{props.name}</dt>
      <dd className="flex min-w-0 flex-wrap gap-x-3 gap-y-0.5">
        {props.children}
        {props.count === maxTold ? <span className="text-faint">and perhaps more</span> : null}
      </dd>
    </>
  );
}
