import { isNumber } from "@ostinato/core";
import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef, useState } from "react";
import type { ArtifactContent } from "../api/types.ts";
import { Button } from "../components/button.tsx";
import { cellText } from "../components/data-table.tsx";
import { Failure, messageOf } from "../components/failure.tsx";
import { SearchField } from "../components/field.tsx";
import { Icon } from "../components/icon.tsx";
import { LinkedText } from "../components/linked-text.tsx";
import { amount, count } from "../format.ts";
import { artifactDataQuery, type TableSearch, tableRowsQuery } from "./artifacts.queries.ts";
import { nameOf, type ShownArtifact } from "./shown-artifact.ts";

const rowHeight = 25;

/** A table artifact: filtered and sorted by the server, its rows read as they are scrolled to. */
export function ArtifactTable({
  artifact,
  content,
  fills,
}: {
  readonly artifact: ShownArtifact;
  readonly content: Extract<ArtifactContent, { readonly kind: "table" }>;
  readonly fills: boolean;
}) {
  const [search, setSearch] = useState<TableSearch>({ text: "", sort: undefined });
  const query = useInfiniteQuery(tableRowsQuery(artifact, search, content));
  const page = query.data?.pages[0];
  const rows = query.data?.pages.flatMap((each) => each.rows) ?? [];
  const total = page?.row_count ?? content.row_count ?? 0;
  const matching = page?.match_count ?? total;
  return (
    <div className={`flex min-w-0 flex-col gap-2 ${fills ? "h-full min-h-0" : ""}`}>
      <div className="flex flex-wrap items-center gap-2">
        <SearchField
          label="Filter rows"
          value={search.text}
          onChange={(text) => setSearch({ ...search, text })}
          className="w-52"
        />
        <span role="status" className="mr-auto text-xs text-faint">
          {matching === total ? amount(total, "row") : `${count(matching)} of ${amount(total, "row")}`}
        </span>
        <CsvButton artifact={artifact} />
      </div>
      {query.isError ? <Failure error={query.error} what="The rows" onRetry={() => void query.refetch()} /> : null}
      <Rows
        label={nameOf(artifact)}
        columns={content.columns}
        rows={rows}
        sort={search.sort}
        fills={fills}
        onSort={(column) => setSearch({ ...search, sort: nextSort(search.sort, column) })}
        onEnd={() => {
          if (query.hasNextPage && !query.isFetchingNextPage) void query.fetchNextPage();
        }}
      />
      {matching === 0 ? <p className="text-muted">No row contains “{search.text}”.</p> : null}
    </div>
  );
}

/** Ascending, descending, and then as the table is. */
function nextSort(sort: TableSearch["sort"], column: number): TableSearch["sort"] {
  if (sort?.column !== column) return { column, descending: false };
  return sort.descending ? undefined : { column, descending: true };
}

function Rows(props: {
  readonly label: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
  readonly sort: TableSearch["sort"];
  readonly fills: boolean;
  readonly onSort: (column: number) => void;
  readonly onEnd: () => void;
}) {
  const { columns, rows, sort, onEnd } = props;
  const frame = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => frame.current,
    estimateSize: () => rowHeight,
    overscan: 20,
  });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (last >= rows.length - 30) onEnd();
  }, [last, rows.length, onEnd]);
  const numeric = columns.map((_, column) => {
    const cells = rows.slice(0, 20).map((row) => row[column] ?? null);
    return cells.every((cell) => cell === null || isNumber(cell));
  });
  const above = items[0]?.start ?? 0;
  const below = virtual.getTotalSize() - (items.at(-1)?.end ?? 0);
  return (
    <div
      ref={frame}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      tabIndex={0}
      role="region"
      aria-label={props.label}
      className={`overflow-auto rounded-md border ${props.fills ? "min-h-0 flex-1" : "max-h-[70vh]"}`}
    >
      <table className="w-full border-collapse text-xs" aria-rowcount={rows.length + 1}>
        <thead className="sticky top-0 z-10 bg-sunken">
          <tr>
            {columns.map((column, index) => (
              <th
                // biome-ignore lint/suspicious/noArrayIndexKey: two columns may have one name
                key={index}
                scope="col"
                aria-sort={sort?.column === index ? (sort.descending ? "descending" : "ascending") : "none"}
                className="border-b p-0 font-medium whitespace-nowrap text-muted"
              >
                <button
                  type="button"
                  onClick={() => props.onSort(index)}
                  className={`flex w-full items-center gap-1 px-2 py-1 font-medium hover:bg-hover hover:text-text focus-visible:outline-offset-[-2px] ${numeric[index] === true ? "justify-end" : ""}`}
                >
                  {column}
                  {sort?.column === index ? (
                    <Icon name={sort.descending ? "arrowDown" : "arrowUp"} className="size-3" />
                  ) : null}
                </button>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <Space height={above} columns={columns.length} />
          {items.map(({ index }) => (
            <tr key={index} aria-rowindex={index + 2} className="h-[25px] border-b last:border-0 hover:bg-hover">
              {columns.map((_, column) => {
                const text = cellText(rows[index]?.[column]);
                return (
                  <td
                    // biome-ignore lint/suspicious/noArrayIndexKey: cells stand by their column
                    key={column}
                    className={`max-w-96 truncate px-2 ${numeric[column] === true ? "text-right" : ""}`}
                    title={text.length > 40 ? text : undefined}
                  >
                    <LinkedText text={text} />
                  </td>
                );
              })}
            </tr>
          ))}
          <Space height={below} columns={columns.length} />
        </tbody>
      </table>
    </div>
  );
}

/** Stands for the rows that are not drawn. */
function Space({ height, columns }: { readonly height: number; readonly columns: number }) {
  if (height <= 0) return null;
  return (
    <tr>
      <td colSpan={Math.max(1, columns)} style={{ height, padding: 0 }} />
    </tr>
  );
}

function CsvButton({ artifact }: { readonly artifact: ShownArtifact }) {
  const queryClient = useQueryClient();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();
  const download = async () => {
    setBusy(true);
    setError(undefined);
    try {
      const { data } = await queryClient.fetchQuery(artifactDataQuery(artifact.id));
      const { saveTable } = await import("./table-csv.ts");
      saveTable(`${nameOf(artifact)}.csv`, data);
    } catch (cause) {
      setError(messageOf(cause));
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      {error === undefined ? null : (
        <span role="alert" className="text-xs text-danger">
          {error}
        </span>
      )}
      <Button icon="download" disabled={busy} onClick={() => void download()}>
        CSV
      </Button>
    </>
  );
}
