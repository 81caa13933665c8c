import { useInfiniteQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import type { DeploymentVersion } from "../api/types.ts";
import { Button } from "../components/button.tsx";
import { ChangedLines } from "../components/changed-lines.tsx";
import { Failure } from "../components/failure.tsx";
import { type DiffLine, lineDiff } from "../components/line-diff.ts";
import { Skeleton } from "../components/skeleton.tsx";
import { Badge } from "../components/tag.tsx";
import { RelativeTime } from "../components/time.tsx";
import { exact } from "../format.ts";
import { deploymentVersionsQuery } from "./deployments.queries.ts";

/** What changed in the deployment, when, and by whom; the newest change first. */
export function HistoryTab({ id }: { readonly id: string }) {
  const list = useInfiniteQuery(deploymentVersionsQuery(id));
  const versions = useMemo(() => list.data?.pages.flatMap((page) => page.results) ?? [], [list.data]);
  if (list.isError) return <Failure error={list.error} what="The history" onRetry={() => void list.refetch()} />;
  if (list.isPending) return <Skeleton rows={6} height={34} />;
  if (versions.length === 0) return <p className="py-4 text-muted">No change of this deployment is recorded.</p>;
  return (
    <div className="flex max-w-5xl flex-col gap-3">
      <ol aria-label="Changes" className="flex flex-col gap-3">
        {versions.map((version, index) => (
          <Version
            key={version.id}
            version={version}
            before={versions[index + 1]}
            isFirst={index === versions.length - 1 && !list.hasNextPage}
          />
        ))}
      </ol>
      {list.hasNextPage ? (
        <Button className="self-center" disabled={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          Show more
        </Button>
      ) : null}
    </div>
  );
}

function Version(props: {
  readonly version: DeploymentVersion;
  readonly before: DeploymentVersion | undefined;
  readonly isFirst: boolean;
}) {
  const { version, before, isFirst } = props;
  const lines = useMemo(
    () => (before === undefined ? [] : aroundChanges(lineDiff(linesOf(before), linesOf(version)))),
    [version, before],
  );
  const fields = before === undefined ? [] : changedFields(before.definition, version.definition);
  const by = version.created_by?.display_value ?? null;
  return (
    <li className="rounded-lg border bg-surface">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1 px-3 py-2">
        <span className="font-medium" title={exact(version.created)}>
          <RelativeTime time={version.created} />
        </span>
        {by === null ? null : <span className="text-muted">by {by}</span>}
        {version.version === null ? null : <Badge>{version.version}</Badge>}
        <span className="min-w-0 text-muted">
          {isFirst ? "created" : fields.length === 0 ? "" : `changed ${fields.join(", ")}`}
        </span>
      </div>
      {lines.length === 0 ? null : (
        <details className="border-t px-3 py-2" open={lines.length <= 24}>
          <summary className="mb-2 w-fit rounded-sm text-muted hover:text-text">What changed</summary>
          <ChangedLines lines={lines} />
        </details>
      )}
    </li>
  );
}

function linesOf({ definition }: DeploymentVersion): readonly string[] {
  return JSON.stringify(definition, null, 2).split("\n");
}

/** The names of the fields that differ, as they stand in the definition. */
function changedFields(before: DeploymentVersion["definition"], after: DeploymentVersion["definition"]): string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names
    .filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]))
    .map((name) => name.replaceAll("_", " "));
}

/** Lines that did not change, kept beside a change so that it can be told where it is. */
const context = 2;

function aroundChanges(lines: readonly DiffLine[]): readonly DiffLine[] {
  const near = new Set<number>();
  for (const [index, { kind }] of lines.entries()) {
    if (kind === "same") continue;
    for (let at = index - context; at <= index + context; at += 1) near.add(at);
  }
  return lines.flatMap((line, index) => {
    if (near.has(index)) return [line];
    return near.has(index + 1) ? [{ kind: "same" as const, text: "⋯" }] : [];
  });
}
