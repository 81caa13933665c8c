import { useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import type { WorkPoolRow } from "../api/types.ts";
import { messageOf } from "../components/failure.tsx";
import { onDemand } from "../components/on-demand.tsx";
import { ProblemLine } from "../components/problem-line.tsx";
import { changePool } from "./work-pool-actions.ts";
import type { WorkPoolPages } from "./work-pools.queries.ts";

const DeletePoolDialog = onDemand(() => import("./delete-pool-dialog.tsx").then((module) => module.DeletePoolDialog));

export interface PoolActions {
  readonly onPause: (pool: WorkPoolRow, paused: boolean) => void;
  readonly onDelete: (pool: WorkPoolRow) => void;
}

/** What a row's switch and menu do. A row shows its new state at once, and its old one again with the reason where that fails. */
export function usePoolActions() {
  const queryClient = useQueryClient();
  const [deleting, setDeleting] = useState<WorkPoolRow>();
  const [problem, setProblem] = useState<string>();
  const actions = useMemo((): PoolActions => {
    const list = { queryKey: ["work-pools", "list"] };
    const show = (id: string, paused: boolean) =>
      queryClient.setQueriesData<WorkPoolPages>(list, (pages) =>
        pages === undefined ? pages : withPaused(pages, id, paused),
      );
    return {
      onPause(pool, paused) {
        setProblem(undefined);
        show(pool.id, paused);
        changePool(pool.name, { is_paused: paused }).then(
          () => queryClient.invalidateQueries(list),
          (error: unknown) => {
            show(pool.id, !paused);
            setProblem(`${pool.name} could not be ${paused ? "paused" : "resumed"}: ${messageOf(error)}`);
          },
        );
      },
      onDelete: setDeleting,
    };
  }, [queryClient]);
  return {
    actions,
    dialog:
      deleting === undefined ? null : <DeletePoolDialog name={deleting.name} onClose={() => setDeleting(undefined)} />,
    problem: <ProblemLine problem={problem} />,
  };
}

function withPaused(pages: WorkPoolPages, id: string, is_paused: boolean): WorkPoolPages {
  return {
    ...pages,
    pages: pages.pages.map((page) => ({
      ...page,
      results: page.results.map((row) => (row.id === id ? { ...row, is_paused } : row)),
    })),
  };
}
