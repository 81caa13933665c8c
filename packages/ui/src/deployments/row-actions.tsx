import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import type { DeploymentRow } from "../api/types.ts";
import { messageOf } from "../components/failure.tsx";
import { onDemand } from "../components/on-demand.tsx";
import { ProblemLine } from "../components/problem-line.tsx";
import { runAndGo, setPaused } from "./deployment-actions.ts";
import type { DeploymentPages } from "./deployments.queries.ts";

const DeleteDialog = onDemand(() => import("./delete-dialog.tsx").then((module) => module.DeleteDialog));

export interface RowActions {
  readonly onPause: (row: DeploymentRow, paused: boolean) => void;
  readonly onRun: (row: DeploymentRow) => void;
  readonly onDelete: (row: DeploymentRow) => void;
}

/** What a row's switch and menu do. A row shows its new state at once, and its old one again with the reason where that fails. */
export function useRowActions() {
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const [deleting, setDeleting] = useState<DeploymentRow>();
  const [problem, setProblem] = useState<string>();
  const actions = useMemo(() => {
    const show = (id: string, paused: boolean) =>
      queryClient.setQueriesData<DeploymentPages>({ queryKey: ["deployments", "list"] }, (pages) =>
        pages === undefined ? pages : withPaused(pages, id, paused),
      );
    const told = (row: DeploymentRow, act: string) => (error: unknown) =>
      setProblem(`${row.name} could not be ${act}: ${messageOf(error)}`);
    return {
      onPause(row: DeploymentRow, paused: boolean) {
        setProblem(undefined);
        show(row.id, paused);
        setPaused(row.id, paused).then(
          () => queryClient.invalidateQueries({ queryKey: ["deployments", "list"] }),
          (error: unknown) => {
            show(row.id, !paused);
            told(row, paused ? "paused" : "switched on")(error);
          },
        );
      },
      onRun(row: DeploymentRow) {
        setProblem(undefined);
        runAndGo(row.id).then((place) => navigate(place), told(row, "run"));
      },
      onDelete: setDeleting,
    };
  }, [queryClient, navigate]);
  const dialog =
    deleting === undefined ? null : <DeleteDialog deployment={deleting} onClose={() => setDeleting(undefined)} />;
  return { actions, dialog, problem: <ProblemLine problem={problem} /> };
}

function withPaused(pages: DeploymentPages, id: string, paused: boolean): DeploymentPages {
  return {
    ...pages,
    pages: pages.pages.map((page) => ({
      ...page,
      results: page.results.map((row) => (row.id === id ? { ...row, paused } : row)),
    })),
  };
}
