import { type QueryKey, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { useLive } from "../api/live.ts";
import type { FlowRunRow, LiveChange, WorkPoolPage } from "../api/types.ts";
import { useLivePools } from "./live-pools.ts";
import { workPoolQuery } from "./work-pools.queries.ts";

/** What is shown is read again at most this often. */
const restMs = 1000;

/** Reads the lists of pools again a moment after a pool, a queue, a worker or a run of a pool has changed. */
export function useLiveWorkPools(): void {
  const again = useReadAgain(["work-pools", "list"]);
  useLivePools(again.soon);
  const onChanges = (changes: readonly LiveChange[]) => {
    if (changes.some((change) => change.kind === "flow-run" && change.row.work_pool_id !== null)) again.soon();
  };
  useLive({ kind: "flow-runs" }, { onChanges, onResync: again.now });
}

/** Shows signs of life of a pool's workers at once, and reads the page again a moment after anything else of the pool has changed. */
export function useLiveWorkPool(name: string, id: string | undefined): void {
  const queryClient = useQueryClient();
  const { queryKey } = workPoolQuery(name);
  const again = useReadAgain(queryKey);
  const onChanges = (changes: readonly LiveChange[]) => {
    const page = queryClient.getQueryData<WorkPoolPage>(queryKey);
    if (page === undefined) return;
    const next = changes.reduce(withSign, page);
    if (next !== page) queryClient.setQueryData<WorkPoolPage>(queryKey, next);
    if (changes.some((change) => isOfPool(change, page))) again.soon();
  };
  useLive(id === undefined ? undefined : { kind: "work-pool", work_pool_id: id }, { onChanges, onResync: again.now });
  useLive(id === undefined ? undefined : { kind: "flow-runs" }, { onChanges, onResync: again.now });
}

/** Reads the page of a queue or a worker again a moment after its pool or one of its runs has changed. */
export function useLivePlace(queryKey: QueryKey, id: string | undefined, isOwn: (run: FlowRunRow) => boolean): void {
  const again = useReadAgain(queryKey);
  const onChanges = (changes: readonly LiveChange[]) => {
    if (changes.some((change) => change.kind !== "flow-run" || isOwn(change.row))) again.soon();
  };
  useLive(id === undefined ? undefined : { kind: "work-pool", work_pool_id: id }, { onChanges, onResync: again.now });
  useLive(id === undefined ? undefined : { kind: "flow-runs" }, {
    onChanges: (changes) => onChanges(changes.filter(({ kind }) => kind === "flow-run")),
    onResync: again.now,
  });
}

function useReadAgain(queryKey: QueryKey) {
  const queryClient = useQueryClient();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const now = () => {
    timer.current = undefined;
    void queryClient.invalidateQueries({ queryKey });
  };
  return {
    now,
    soon() {
      timer.current ??= setTimeout(now, restMs);
    },
  };
}

/** The page with a worker's last sign, where the worker is on it and its status stays. */
function withSign(page: WorkPoolPage, change: LiveChange): WorkPoolPage {
  if (change.kind !== "worker" || !isSign(change, page)) return page;
  const { row } = change;
  return { ...page, workers: page.workers.map((worker) => (worker.id === row.id ? { ...worker, ...row } : worker)) };
}

function isSign({ row }: Extract<LiveChange, { readonly kind: "worker" }>, { workers }: WorkPoolPage): boolean {
  return workers.some(({ id, status }) => id === row.id && status === row.status);
}

function isOfPool(change: LiveChange, page: WorkPoolPage): boolean {
  if (change.kind === "flow-run") return change.row.work_pool_id === page.pool.id;
  if (change.kind === "deleted") return ["work-pool", "work-queue", "worker"].includes(change.of);
  return change.kind !== "worker" || !isSign(change, page);
}
