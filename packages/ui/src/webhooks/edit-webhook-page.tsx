import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import type { Event, Webhook } from "../api/types.ts";
import { Failure } from "../components/failure.tsx";
import { Page } from "../components/page.tsx";
import { Skeleton } from "../components/skeleton.tsx";
import { presets, type Sample } from "./presets.ts";
import { draftOf, signatureSent } from "./webhook-draft.ts";
import { WebhookForm } from "./webhook-form.tsx";
import { changeBy, postsQuery, webhookQuery } from "./webhooks.queries.ts";

const route = getRouteApi("/webhooks/webhook/$id/edit");

export function EditWebhookPage() {
  const { id } = route.useParams();
  const navigate = route.useNavigate();
  const queryClient = useQueryClient();
  const query = useQuery(webhookQuery(id));
  const posts = useInfiniteQuery(postsQuery(id));
  const webhook = query.data;
  const leave = () => navigate({ to: "/webhooks/webhook/$id", params: { id } });
  return (
    <Page
      title={webhook === undefined ? "Edit a webhook" : `Edit ${webhook.name}`}
      crumbs={
        webhook === undefined ? [] : [{ label: webhook.name, link: { to: "/webhooks/webhook/$id", params: { id } } }]
      }
      crumb="Edit"
    >
      {query.isError ? <Failure error={query.error} what="The webhook" onRetry={() => void query.refetch()} /> : null}
      {query.isPending ? <Skeleton rows={8} /> : null}
      {webhook === undefined || posts.isPending ? null : (
        <WebhookForm
          // What others save meanwhile does not take away what is written here.
          key={id}
          initial={draftOf(webhook)}
          sample={sampleOf(webhook, posts.data?.pages[0]?.events[0])}
          kept={webhook.signature}
          save="Save"
          onSave={async ({ name, description, template, signature }) => {
            const sent = signatureSent(signature, webhook.signature);
            const body = { name: name.trim(), description, template };
            await changeBy(id, sent === undefined ? body : { ...body, signature: sent });
            await queryClient.invalidateQueries({ queryKey: ["webhooks"] });
            await leave();
          }}
          onCancel={() => void leave()}
        />
      )}
    </Page>
  );
}

/** The last post, as far as its event holds it, to try the template with. */
function sampleOf({ template }: Webhook, last: Event | undefined): Sample {
  const { sample } = presets[template === null ? "cloud-events" : "json"];
  if (last === undefined || template === null) return sample;
  if (typeof last.payload.text === "string" && "reason" in last.payload) return { ...sample, text: last.payload.text };
  const hasOwnPayload = typeof template === "string" || template.payload !== undefined;
  return hasOwnPayload ? sample : { ...sample, text: JSON.stringify(last.payload, null, 2) };
}
