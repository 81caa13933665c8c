import type { Asset } from "@ostinato/protocol";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useMemo, useRef } from "react";
import { Failure } from "../components/failure.tsx";
import { useSize } from "../components/size.ts";
import { Skeleton } from "../components/skeleton.tsx";
import { GraphEdges } from "../flow-run/graph/graph-edges.tsx";
import { startEngine } from "../flow-run/graph/graph-engine.ts";
import { layOut } from "../flow-run/graph/graph-layout.ts";
import { StateIcon } from "../runs/state.tsx";
import { lineageQuery } from "./assets.queries.ts";
import { boxHeight, useLineageHeight } from "./lineage-height.ts";

const box = { width: 220, height: boxHeight };
/** The drawing scrolls where a box beside another does not fit. */
const minRoom = 2 * box.width + 80;
const padding = 24;
/** What the asset is made of, and what is made of it, as boxes with arrows from the one to the other. */
export function AssetLineage({ of }: { readonly of: string }) {
  const frame = useRef<HTMLDivElement>(null);
  const { width } = useSize(frame);
  return (
    <div ref={frame} className="flex min-w-0 flex-col">
      {width === 0 ? null : <Drawing of={of} room={Math.max(minRoom, width - padding)} />}
    </div>
  );
}

function Drawing({ of, room }: { readonly of: string; readonly room: number }) {
  const query = useQuery(lineageQuery(of));
  const height = useLineageHeight(of);
  const shape = useMemo(
    () => ({
      nodes: query.data?.assets.map(({ key }) => ({ id: key, ...box })) ?? [],
      edges:
        query.data?.dependencies.map(({ upstream, downstream }) => ({
          from: upstream,
          to: downstream,
          kind: "value" as const,
        })) ?? [],
      width: room,
    }),
    [query.data, room],
  );
  const drawing = useQuery({
    queryKey: ["asset-layout", JSON.stringify(shape)],
    queryFn: () => layOut(shape, startEngine()),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
    placeholderData: keepPreviousData,
    enabled: shape.edges.length > 0,
  });
  const error = query.error ?? drawing.error;
  if (error !== null) return <Failure error={error} what="The lineage" onRetry={() => void query.refetch()} />;
  if (query.data === undefined) return <Skeleton rows={3} height={34} />;
  if (shape.edges.length === 0) {
    return <p className="p-3 text-muted">No run has made it of other assets, and none has made others of it.</p>;
  }
  const layout = drawing.data;
  if (layout === undefined) return <div style={{ height }} />;
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <div tabIndex={0} role="region" aria-label="Lineage" className="overflow-auto p-3" style={{ height }}>
        <div className="relative" style={{ width: layout.width, height: layout.height }}>
          <GraphEdges layout={layout} selected={of} />
          <ul>
            {query.data.assets.map((asset) => {
              const place = layout.nodes.get(asset.key);
              if (place === undefined) return null;
              const { x, y, width, height } = place;
              return (
                <li key={asset.id} className="absolute" style={{ left: x, top: y, width, height }}>
                  <AssetBox asset={asset} isOwn={asset.key === of} />
                </li>
              );
            })}
          </ul>
        </div>
      </div>
      {query.data.is_cut ? (
        <p className="border-t px-3 py-1.5 text-xs text-muted">
          There are more assets around it than are drawn: open one at the edge to see what is beyond.
        </p>
      ) : null}
    </>
  );
}

function AssetBox({ asset, isOwn }: { readonly asset: Asset; readonly isOwn: boolean }) {
  const { key, name, last_materialization: last } = asset;
  return (
    <Link
      to="/asset"
      search={{ key }}
      title={key}
      aria-current={isOwn ? "page" : undefined}
      className={`flex h-full min-w-0 items-center gap-2 rounded-md border bg-surface px-2 hover:bg-hover ${isOwn ? "border-accent" : ""}`}
    >
      {last === null ? null : <StateIcon type={last.succeeded ? "COMPLETED" : "FAILED"} />}
      <span className="flex min-w-0 flex-col">
        <span className="truncate text-sm font-medium">{name ?? key.slice(key.lastIndexOf("/") + 1)}</span>
        <span className="truncate font-mono text-2xs text-muted">{key}</span>
      </span>
    </Link>
  );
}
