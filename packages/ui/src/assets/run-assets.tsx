import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useLive } from "../api/live.ts";
import { useRested } from "../api/rested.ts";
import { Section } from "../components/page.tsx";
import { RelativeTime } from "../components/time.tsx";
import { AssetLink, Ending } from "./asset-parts.tsx";
import { assetHistoryQuery, assetsReadQuery, type RunOfAssets } from "./assets.queries.ts";

/** The assets that a run made or failed to make, and those that it read; nothing where there are none. */
export function RunAssets({ of, className = "" }: { readonly of: RunOfAssets; readonly className?: string }) {
  const made = useInfiniteQuery(assetHistoryQuery(of)).data;
  const read = useQuery(assetsReadQuery(of)).data ?? [];
  const queryClient = useQueryClient();
  const again = () => queryClient.invalidateQueries({ queryKey: ["assets"] });
  useLive({ kind: "assets" }, { onChanges: useRested(again), onResync: () => void again() });
  const rows = made?.pages[0]?.results ?? [];
  const others = (made?.pages[0]?.count ?? rows.length) - rows.length;
  if (rows.length === 0 && read.length === 0) return null;
  return (
    <div className={`flex flex-col gap-3 ${className}`}>
      {rows.length === 0 ? null : (
        <Section title="Assets it made">
          <ul className="divide-y">
            {rows.map((row) => (
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
