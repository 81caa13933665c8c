import { useQuery, useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useLive } from "../api/live.ts";
import { useRested } from "../api/rested.ts";
import type { RunAssets as Assets } from "../api/types.ts";
import { Section } from "../components/page.tsx";
import { RelativeTime } from "../components/time.tsx";
import { AssetLink, Ending } from "./asset-parts.tsx";
import { runAssetsQuery } from "./assets.queries.ts";

/** The assets of a flow run; nothing where there are none. */
export function FlowRunAssets({ id }: { readonly id: string }) {
  const { data } = useQuery(runAssetsQuery(id));
  const queryClient = useQueryClient();
  const again = () => queryClient.invalidateQueries({ queryKey: runAssetsQuery(id).queryKey });
  useLive({ kind: "assets" }, { onChanges: useRested(again), onResync: () => void again() });
  if (data === undefined || data.made.length + data.read.length === 0) return null;
  return (
    <div className="mb-4">
      <RunAssets assets={data} />
    </div>
  );
}

/** The assets that a run made or failed to make, and those that it read. */
export function RunAssets({ assets: { made, made_count, read } }: { readonly assets: Assets }) {
  const others = made_count - made.length;
  return (
    <div className="flex flex-col gap-3">
      {made.length === 0 ? null : (
        <Section title="Assets it made">
          <ul className="divide-y">
            {made.map((row) => (
              <Line key={row.id} of={row.asset_key} at={row.occurred}>
                <Ending of={row} />
              </Line>
            ))}
          </ul>
          {others > 0 ? <p className="border-t px-3 py-1.5 text-xs text-muted">and {others} more</p> : null}
        </Section>
      )}
      {read.length === 0 ? null : (
        <Section title="Assets it read">
          <ul className="divide-y">
            {read.map(({ key, occurred }) => (
              <Line key={key} of={key} at={occurred} />
            ))}
          </ul>
        </Section>
      )}
    </div>
  );
}

function Line(props: { readonly of: string; readonly at: string; readonly children?: ReactNode }) {
  return (
    <li className="flex min-w-0 items-center gap-3 px-3 py-1.5">
      {props.children}
      <AssetLink of={props.of} />
      <RelativeTime time={props.at} className="ml-auto shrink-0 text-xs text-faint" />
    </li>
  );
}
