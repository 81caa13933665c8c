import { useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import type { Automation, AutomationWithNames } from "../api/types.ts";
import { messageOf } from "../components/failure.tsx";
import { onDemand } from "../components/on-demand.tsx";
import { ProblemLine } from "../components/problem-line.tsx";
import { type AutomationPages, automationListKey, automationQuery, switchAutomation } from "./automations.queries.ts";

const DeleteAutomationDialog = onDemand(() =>
  import("./automation-dialogs.tsx").then((module) => module.DeleteAutomationDialog),
);
const RunActionsDialog = onDemand(() => import("./automation-dialogs.tsx").then((module) => module.RunActionsDialog));

type Named = Pick<Automation, "id" | "name" | "actions">;

export interface AutomationActions {
  readonly onSwitch: (automation: Named, enabled: boolean) => void;
  readonly onDelete: (automation: Named) => void;
  readonly onRun: (automation: Named) => void;
}

/**
 * What the switch and the buttons of an automation do. The switch shows its new state at once, and the old one again with the reason where
 * that fails. `onDeleted` leaves the page of the automation.
 */
export function useAutomationActions(onDeleted?: () => Promise<void>) {
  const queryClient = useQueryClient();
  const [asking, setAsking] = useState<{ readonly about: "delete" | "run"; readonly automation: Named }>();
  const [problem, setProblem] = useState<string>();
  const actions = useMemo((): AutomationActions => {
    const show = (id: string, enabled: boolean) => {
      queryClient.setQueriesData<AutomationPages>({ queryKey: automationListKey }, (pages) =>
        pages === undefined ? pages : withEnabled(pages, id, enabled),
      );
      queryClient.setQueryData<AutomationWithNames>(automationQuery(id).queryKey, (page) =>
        page === undefined ? page : { ...page, automation: { ...page.automation, enabled } },
      );
    };
    return {
      onSwitch({ id, name }, enabled) {
        setProblem(undefined);
        show(id, enabled);
        switchAutomation(id, enabled).then(
          () => queryClient.invalidateQueries({ queryKey: ["automations"] }),
          (error: unknown) => {
            show(id, !enabled);
            setProblem(`${name} could not be switched ${enabled ? "on" : "off"}: ${messageOf(error)}`);
          },
        );
      },
      onDelete: (automation) => setAsking({ about: "delete", automation }),
      onRun: (automation) => setAsking({ about: "run", automation }),
    };
  }, [queryClient]);
  const close = () => setAsking(undefined);
  return {
    actions,
    dialog:
      asking === undefined ? null : asking.about === "run" ? (
        <RunActionsDialog automation={asking.automation} onClose={close} />
      ) : (
        <DeleteAutomationDialog
          automation={asking.automation}
          onClose={close}
          {...(onDeleted === undefined ? {} : { onDone: onDeleted })}
        />
      ),
    problem: <ProblemLine problem={problem} />,
  };
}

function withEnabled(pages: AutomationPages, id: string, enabled: boolean): AutomationPages {
  return {
    ...pages,
    pages: pages.pages.map((page) => ({
      ...page,
      results: page.results.map((row) =>
        row.automation.id === id ? { ...row, automation: { ...row.automation, enabled } } : row,
      ),
    })),
  };
}
