import { useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import type { ConcurrencyLimitPage, LimitRow } from "../api/types.ts";
import { messageOf } from "../components/failure.tsx";
import { onDemand } from "../components/on-demand.tsx";
import { ProblemLine } from "../components/problem-line.tsx";
import { type LimitPages, limitListKey } from "./concurrency-limits.queries.ts";
import { changeLimit } from "./limit-actions.ts";

const LimitDialog = onDemand(() => import("./limit-dialog.tsx").then((module) => module.LimitDialog));
const DeleteLimitDialog = onDemand(() =>
  import("./limit-confirmations.tsx").then((module) => module.DeleteLimitDialog),
);
const ResetLimitDialog = onDemand(() => import("./limit-confirmations.tsx").then((module) => module.ResetLimitDialog));

export interface LimitActions {
  readonly onSwitch: (limit: LimitRow, active: boolean) => void;
  readonly onEdit: (limit: LimitRow) => void;
  readonly onReset: (limit: LimitRow) => void;
  readonly onDelete: (limit: LimitRow) => void;
}

/**
 * What the switch and the buttons of a limit do. The switch shows its new state at once, and the old one again with the reason where that
 * fails. `onDeleted` leaves the page of the limit.
 */
export function useLimitActions(onDeleted?: () => Promise<void>) {
  const queryClient = useQueryClient();
  const [asking, setAsking] = useState<{ readonly about: "edit" | "reset" | "delete"; readonly limit: LimitRow }>();
  const [problem, setProblem] = useState<string>();
  const actions = useMemo((): LimitActions => {
    const show = (id: string, active: boolean) => {
      queryClient.setQueriesData<LimitPages>({ queryKey: limitListKey }, (pages) =>
        pages === undefined ? pages : withActive(pages, id, active),
      );
      queryClient.setQueriesData<ConcurrencyLimitPage>({ queryKey: ["concurrency-limits", "limit"] }, (page) =>
        page?.limit.id === id ? { ...page, limit: { ...page.limit, active } } : page,
      );
    };
    return {
      onSwitch(limit, active) {
        setProblem(undefined);
        show(limit.id, active);
        changeLimit(limit.id, { active }).then(
          () => queryClient.invalidateQueries({ queryKey: ["concurrency-limits"] }),
          (error: unknown) => {
            show(limit.id, !active);
            setProblem(`${limit.name} could not be switched ${active ? "on" : "off"}: ${messageOf(error)}`);
          },
        );
      },
      onEdit: (limit) => setAsking({ about: "edit", limit }),
      onReset: (limit) => setAsking({ about: "reset", limit }),
      onDelete: (limit) => setAsking({ about: "delete", limit }),
    };
  }, [queryClient]);
  const close = () => setAsking(undefined);
  return {
    actions,
    dialog:
      asking === undefined ? null : asking.about === "edit" ? (
        <LimitDialog limit={asking.limit} onClose={close} />
      ) : asking.about === "reset" ? (
        <ResetLimitDialog limit={asking.limit} onClose={close} />
      ) : (
        <DeleteLimitDialog
          limit={asking.limit}
          onClose={close}
          {...(onDeleted === undefined ? {} : { onDone: onDeleted })}
        />
      ),
    problem: <ProblemLine problem={problem} />,
  };
}

function withActive(pages: LimitPages, id: string, active: boolean): LimitPages {
  return {
    ...pages,
    pages: pages.pages.map((page) => ({
      ...page,
      results: page.results.map((row) => (row.id === id ? { ...row, active } : row)),
    })),
  };
}
