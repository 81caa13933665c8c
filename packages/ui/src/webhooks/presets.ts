import type { PresetName } from "./preset-names.ts";
import { noSignature, type WebhookDraft } from "./webhook-draft.ts";

interface Preset {
  readonly label: string;
  readonly about: string;
  readonly draft: WebhookDraft;
  /** A post as it comes from there, to try the template with. */
  readonly sample: Sample;
}

export interface Sample {
  readonly text: string;
  /** One in a line: `name: value`. */
  readonly headers: string;
}

const json = "content-type: application/json";
const blank = { name: "", description: "", signature: noSignature } as const;
const written = (value: unknown) => JSON.stringify(value, null, 2);

/** Where posts come from, each with a template to go on from. */
export const presets: Readonly<Record<PresetName, Preset>> = {
  json: {
    label: "Anything",
    about: "a program, a script, a form",
    draft: {
      ...blank,
      template: { event: "order.paid", resource: { "prefect.resource.id": "order.{{ body.order }}" } },
    },
    sample: { text: written({ order: 17, amount: 120 }), headers: json },
  },
  github: {
    label: "GitHub",
    about: "pushes, releases, checks",
    draft: {
      ...blank,
      template: {
        event: "github.{{ headers['x-github-event'] }}",
        resource: {
          "prefect.resource.id": "github.{{ body.repository.full_name }}",
          "prefect.resource.name": "{{ body.repository.full_name }}",
        },
        id: "{{ headers['x-github-delivery'] }}",
      },
      signature: { ...noSignature, header: "x-hub-signature-256", prefix: "sha256=" },
    },
    sample: {
      text: written({ ref: "refs/heads/main", repository: { full_name: "team/models" }, sender: { login: "ada" } }),
      headers: `${json}\nx-github-event: push\nx-github-delivery: 72d3162e`,
    },
  },
  stripe: {
    label: "Stripe",
    about: "payments, refunds",
    draft: {
      ...blank,
      template: {
        event: "stripe.{{ body.type }}",
        resource: { "prefect.resource.id": "stripe.{{ body.data.object.id }}" },
        id: "{{ body.id }}",
      },
      signature: { ...noSignature, header: "stripe-signature", scheme: "timestamped" },
    },
    sample: {
      text: written({ id: "evt_1", type: "charge.succeeded", data: { object: { id: "ch_9", amount: 4200 } } }),
      headers: json,
    },
  },
  "cloud-events": {
    label: "CloudEvents",
    about: "events of many clouds, without a template",
    draft: { ...blank, template: null },
    sample: {
      text: written({
        specversion: "1.0",
        type: "com.example.file.created",
        source: "/storage/lake",
        subject: "a.csv",
        id: "A-1",
        data: { bytes: 12 },
      }),
      headers: "content-type: application/cloudevents+json",
    },
  },
};
