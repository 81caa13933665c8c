import { useInfiniteQuery } from "@tanstack/react-query";
import { Section } from "../components/page.tsx";
import { RelativeTime } from "../components/time.tsx";
import { AssetLink, Ending } from "./asset-parts.tsx";
import { assetHistoryQuery } from "./assets.queries.ts";

/** The assets that a run made or failed to make; nothing where there are none. */
export function MadeAssets({
  of,
}: {
  readonly of: { readonly flow_run_id: string } | { readonly task_run_id: string };
}) {
  const { data } = useInfiniteQuery(assetHistoryQuery(of));
  const rows = data?.pages[0]?.results ?? [];
  if (rows.length === 0) return null;
  const others = (data?.pages[0]?.count ?? rows.length) - rows.length;
  return (
    <Section title="Assets it made" className="mb-4">
      <ul className="divide-y">
        {rows.map((row) => (
          <li key={row.id} className="flex min-w-0 items-center gap-3 px-3 py-1.5">
            <Ending of={row} />
            <AssetLink of={row.asset_key} />
            <RelativeTime time={row.occurred} className="ml-auto shrink-0 text-xs text-faint" />
          </li>
        ))}
      </ul>
      {others > 0 ? <p className="border-t px-3 py-1.5 text-xs text-muted">and {others} more</p> : null}
    </Section>
  );
}
