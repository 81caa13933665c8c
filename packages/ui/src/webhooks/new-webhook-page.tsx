import { useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { Page } from "../components/page.tsx";
import { TemplateChoice } from "../components/template-choice.tsx";
import { presetNames } from "./preset-names.ts";
import { presets } from "./presets.ts";
import { signatureSent } from "./webhook-draft.ts";
import { WebhookForm } from "./webhook-form.tsx";
import { createFrom, keepAddress } from "./webhooks.queries.ts";

const route = getRouteApi("/webhooks/new");

export function NewWebhookPage() {
  const { from = "json" } = route.useSearch();
  const navigate = route.useNavigate();
  const queryClient = useQueryClient();
  const { draft, sample } = presets[from];
  return (
    <Page title="New webhook">
      <TemplateChoice
        label="Who posts"
        choices={presetNames.map((name) => ({ name, ...presets[name] }))}
        chosen={from}
        onChoose={(next) => void navigate({ search: { from: next }, replace: true, resetScroll: false })}
      />
      <WebhookForm
        key={from}
        initial={draft}
        sample={sample}
        kept={null}
        save="Create the webhook"
        onSave={async ({ name, description, template, signature }) => {
          const { id, address } = await createFrom({
            name: name.trim(),
            description,
            template,
            signature: signatureSent(signature, null) ?? null,
          });
          keepAddress(queryClient, id, address);
          await navigate({ to: "/webhooks/webhook/$id", params: { id } });
        }}
        onCancel={() => void navigate({ to: "/webhooks" })}
      />
    </Page>
  );
}
