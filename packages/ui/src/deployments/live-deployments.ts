import { useQueryClient } from "@tanstack/react-query";
import { type RefObject, useEffect, useRef, useState } from "react";
import { useLive } from "../api/live.ts";
import type { Deployment, DeploymentRow, LiveChange } from "../api/types.ts";
import { useStillness } from "../components/stillness.ts";
import { type DeploymentPages, deploymentListQuery, readDeploymentRows } from "./deployments.queries.ts";
import type { DeploymentsSearch } from "./deployments-search.ts";

/** Rows are read again at most this often; what a change itself says shows at once. */
const restMs = 1000;
const maxRows = 100;

/** Updates the displayed rows in place. New deployments wait behind a button while somebody reads the list, or when many arrive. */
export function useLiveDeployments(search: DeploymentsSearch, list: RefObject<Element | null>) {
  const queryClient = useQueryClient();
  const key = deploymentListQuery(search).queryKey;
  const [arrived, setArrived] = useState<ReadonlySet<string>>(new Set());
  const touched = useRef(new Set<string>());
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const holds = useStillness(list);
  const listed = JSON.stringify(key);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what arrived belongs to the list before
  useEffect(() => setArrived(new Set()), [listed]);

  const again = () => {
    setArrived(new Set());
    void queryClient.invalidateQueries({ queryKey: ["deployments", "list"] });
  };
  const change = (next: (pages: DeploymentPages) => DeploymentPages) =>
    queryClient.setQueryData<DeploymentPages>(key, (pages) => (pages === undefined ? pages : next(pages)));
  const readTouched = async () => {
    timer.current = undefined;
    const ids = [...touched.current].slice(0, maxRows);
    for (const id of ids) touched.current.delete(id);
    if (touched.current.size > 0) timer.current = setTimeout(() => void readTouched(), restMs);
    // A lost connection tells to read everything again.
    const read = await readDeploymentRows(ids).catch(() => undefined);
    if (read !== undefined) change((pages) => withRows(pages, read.results));
  };
  const onChanges = (changes: readonly LiveChange[]) => {
    const pages = queryClient.getQueryData<DeploymentPages>(key);
    if (pages === undefined) return;
    const known = new Set(pages.pages.flatMap(({ results }) => results.map(({ id }) => id)));
    const of = deploymentsIn(changes);
    const unknown = of.changed.filter((one) => !known.has(one.id) && isNew(one) && mayMatch(one, search));
    const held = holds(unknown.filter(({ id }) => !arrived.has(id)).length);
    // An empty page waits for the first one.
    if (unknown.length > 0 && (known.size === 0 || !held)) again();
    else if (unknown.length > 0) setArrived((before) => new Set([...before, ...unknown.map(({ id }) => id)]));
    if (of.changed.some(({ id }) => known.has(id))) change((now) => withFields(now, of.changed));
    if (of.deleted.some((id) => arrived.has(id)))
      setArrived((before) => new Set([...before].filter((id) => !of.deleted.includes(id))));
    if (of.deleted.some((id) => known.has(id))) change((now) => without(now, new Set(of.deleted)));
    const mine = [...of.changed.map(({ id }) => id), ...of.withRuns].filter((id) => known.has(id));
    for (const id of mine) touched.current.add(id);
    if (mine.length > 0) timer.current ??= setTimeout(() => void readTouched(), restMs);
  };
  useLive({ kind: "deployments" }, { onChanges, onResync: again });
  useLive({ kind: "flow-runs" }, { onChanges, onResync: again });
  const show = () => {
    again();
    document.getElementById("main")?.scrollTo({ top: 0 });
  };
  return { waiting: arrived.size, show, readAgain: again };
}

/** The deployments that changed, that are gone, and those with a run that changed. */
function deploymentsIn(changes: readonly LiveChange[]) {
  return {
    changed: changes.flatMap((one) => (one.kind === "deployment" ? [one.row] : [])),
    deleted: changes.flatMap((one) => (one.kind === "deleted" && one.of === "deployment" ? [one.id] : [])),
    withRuns: changes.flatMap((one) =>
      one.kind === "flow-run" && one.row.deployment_id !== null ? [one.row.deployment_id] : [],
    ),
  };
}

function isNew({ created, updated }: Deployment): boolean {
  return created === updated;
}

/** Whether a deployment may belong to the list. Names of flows and states are left to the server. */
function mayMatch({ flow_id, tags, work_pool_name }: Deployment, { flow, tag, pool }: DeploymentsSearch): boolean {
  if (flow?.includes(flow_id) === false) return false;
  if (pool?.includes(work_pool_name ?? "") === false) return false;
  return tag?.every((one) => tags.includes(one)) !== false;
}

function withRows(pages: DeploymentPages, rows: readonly DeploymentRow[]): DeploymentPages {
  const byId = new Map(rows.map((row) => [row.id, row]));
  return {
    ...pages,
    pages: pages.pages.map((page) => ({ ...page, results: page.results.map((row) => byId.get(row.id) ?? row) })),
  };
}

/** What a change itself says of a row. */
function withFields(pages: DeploymentPages, changed: readonly Deployment[]): DeploymentPages {
  const byId = new Map(changed.map((one) => [one.id, one]));
  const rows = pages.pages.flatMap(({ results }) =>
    results.flatMap((row) => {
      const now = byId.get(row.id);
      if (now === undefined) return [];
      const { name, tags, paused, status, last_polled, work_pool_name } = now;
      return [{ ...row, name, tags, paused, status, last_polled, work_pool_name }];
    }),
  );
  return withRows(pages, rows);
}

function without(pages: DeploymentPages, ids: ReadonlySet<string>): DeploymentPages {
  return {
    ...pages,
    pages: pages.pages.map((page) => {
      const results = page.results.filter(({ id }) => !ids.has(id));
      return { ...page, results, count: page.count - (page.results.length - results.length) };
    }),
  };
}
