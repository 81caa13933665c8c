import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { Webhook } from "../api/types.ts";
import { DurationField } from "../automations/fields.tsx";
import { ConfirmDialog } from "../components/dialog.tsx";
import { TextField } from "../components/field.tsx";
import { Labelled } from "../components/labelled.tsx";
import { keepAddress, removeWebhook, rotateBy } from "./webhooks.queries.ts";

interface Props {
  readonly webhook: Webhook;
  readonly onClose: () => void;
}

export function DeleteWebhookDialog({
  webhook: { id, name },
  onClose,
  onDone,
}: Props & { readonly onDone: (() => Promise<void>) | undefined }) {
  const queryClient = useQueryClient();
  return (
    <ConfirmDialog
      open
      onOpenChange={onClose}
      title={`Delete ${name}`}
      action="Delete the webhook"
      keep="Keep the webhook"
      danger
      onConfirm={async () => {
        await removeWebhook(id);
        await onDone?.();
        await queryClient.invalidateQueries({ queryKey: ["webhooks", "list"] });
      }}
    >
      <p>What is posted to its address is answered with 404 then. The events that it made stay.</p>
      <p>This can't be undone: a new webhook has another address.</p>
    </ConfirmDialog>
  );
}

const usualGraceSeconds = 3600;

/** Gives a webhook a new address. The one before is valid for a time, so that whoever posts can be changed meanwhile. */
export function RotateDialog({
  webhook,
  onClose,
  onDone,
}: Props & { readonly onDone: ((id: string) => Promise<void>) | undefined }) {
  const { id, name, signature } = webhook;
  const queryClient = useQueryClient();
  const [graceSeconds, setGraceSeconds] = useState(usualGraceSeconds);
  const [secret, setSecret] = useState("");
  return (
    <ConfirmDialog
      open
      onOpenChange={onClose}
      title={`A new address for ${name}`}
      action="Make a new address"
      keep="Keep the address"
      onConfirm={async () => {
        const body = { grace_seconds: graceSeconds, ...(secret === "" ? {} : { secret }) };
        keepAddress(queryClient, id, await rotateBy(id, body));
        await queryClient.invalidateQueries({ queryKey: ["webhooks"] });
        await onDone?.(id);
      }}
    >
      <div className="flex flex-col gap-3 text-text">
        <div className="flex flex-wrap items-center gap-1.5">
          <span>The address before stays valid for</span>
          <DurationField label="How long the address stays valid" seconds={graceSeconds} onChange={setGraceSeconds} />
        </div>
        {signature === null ? null : (
          <Labelled name="A new key of the signature (empty: the key stays)">
            <TextField
              type="password"
              autoComplete="new-password"
              value={secret}
              onChange={({ target }) => setSecret(target.value)}
            />
          </Labelled>
        )}
        <p className="text-muted">
          {graceSeconds === 0
            ? "Whoever posts to the address before is refused at once."
            : "Give the new address to whoever posts before that time ends."}
        </p>
      </div>
    </ConfirmDialog>
  );
}
