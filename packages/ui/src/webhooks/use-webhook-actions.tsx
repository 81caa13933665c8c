import { useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import type { Webhook } from "../api/types.ts";
import { messageOf } from "../components/failure.tsx";
import { onDemand } from "../components/on-demand.tsx";
import { ProblemLine } from "../components/problem-line.tsx";
import { changeBy } from "./webhooks.queries.ts";

const DeleteWebhookDialog = onDemand(() =>
  import("./webhook-dialogs.tsx").then((module) => module.DeleteWebhookDialog),
);
const RotateDialog = onDemand(() => import("./webhook-dialogs.tsx").then((module) => module.RotateDialog));

export interface WebhookActions {
  readonly onSwitch: (webhook: Webhook, enabled: boolean) => void;
  readonly onRotate: (webhook: Webhook) => void;
  readonly onDelete: (webhook: Webhook) => void;
}

/** What the switch and the buttons of a webhook do. `onDeleted` leaves the page of the webhook. */
export function useWebhookActions({
  onDeleted,
  onRotated,
}: {
  readonly onDeleted?: () => Promise<void>;
  readonly onRotated?: (id: string) => Promise<void>;
} = {}) {
  const queryClient = useQueryClient();
  const [asking, setAsking] = useState<{ readonly about: "delete" | "rotate"; readonly webhook: Webhook }>();
  const [problem, setProblem] = useState<string>();
  const actions = useMemo(
    (): WebhookActions => ({
      onSwitch({ id, name }, enabled) {
        setProblem(undefined);
        changeBy(id, { enabled }).then(
          () => queryClient.invalidateQueries({ queryKey: ["webhooks"] }),
          (error: unknown) =>
            setProblem(`${name} could not be switched ${enabled ? "on" : "off"}: ${messageOf(error)}`),
        );
      },
      onRotate: (webhook) => setAsking({ about: "rotate", webhook }),
      onDelete: (webhook) => setAsking({ about: "delete", webhook }),
    }),
    [queryClient],
  );
  const close = () => setAsking(undefined);
  return {
    actions,
    dialog:
      asking === undefined ? null : asking.about === "rotate" ? (
        <RotateDialog webhook={asking.webhook} onClose={close} onDone={onRotated} />
      ) : (
        <DeleteWebhookDialog webhook={asking.webhook} onClose={close} onDone={onDeleted} />
      ),
    problem: <ProblemLine problem={problem} />,
  };
}
