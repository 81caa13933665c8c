import { keepPreviousData, useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Webhook } from "../api/types.ts";
import { problemsOf } from "../automations/draft-problems.ts";
import { Problems } from "../automations/fields.tsx";
import { NameFields } from "../components/name-fields.tsx";
import { Section } from "../components/page.tsx";
import { SaveBar } from "../components/save-bar.tsx";
import { useSettled } from "../components/settled.ts";
import type { Sample } from "./presets.ts";
import { PreviewPane } from "./preview-pane.tsx";
import { SignatureFields } from "./signature-fields.tsx";
import { TemplateFields } from "./template-fields.tsx";
import { needsSecret, type WebhookDraft } from "./webhook-draft.ts";
import { previewQuery } from "./webhooks.queries.ts";

/** A webhook as fields, and beside them the event that a sample of a post makes. */
export function WebhookForm(props: {
  readonly initial: WebhookDraft;
  readonly sample: Sample;
  /** The signature that is kept, whose key nobody sees. */
  readonly kept: Webhook["signature"];
  readonly save: string;
  readonly onSave: (draft: WebhookDraft) => Promise<unknown>;
  readonly onCancel: () => void;
}) {
  const [draft, setDraft] = useState(props.initial);
  const [sample, setSample] = useState(props.sample);
  const [isReadable, setReadable] = useState(true);
  const settled = useSettled(draft.template);
  const settledSample = useSettled(sample);
  const preview = useQuery({ ...previewQuery(settled, settledSample), placeholderData: keepPreviousData });
  const save = useMutation({ mutationFn: () => props.onSave(draft) });
  const change = (changed: Partial<WebhookDraft>) => {
    if (save.isError) save.reset();
    setDraft({ ...draft, ...changed });
  };
  const problems = problemsOf(save.error ?? preview.error);
  const missing = missingIn(draft, { kept: props.kept, isReadable });
  return (
    <form
      noValidate
      className="grid min-w-0 grid-cols-1 items-start gap-4 lg:grid-cols-[minmax(0,1fr)_minmax(300px,420px)]"
      onSubmit={(event) => {
        event.preventDefault();
        if (missing === undefined) save.mutate();
      }}
    >
      <div className="flex min-w-0 flex-col gap-3">
        <Section title="Name">
          <div className="p-3">
            <NameFields
              value={draft}
              maxLength={200}
              onChange={change}
              problems={<Problems problems={problems} at="name" />}
            />
          </div>
        </Section>
        <Section title="The event that a post becomes">
          <TemplateFields
            template={draft.template}
            problems={problems}
            onChange={(template) => {
              setReadable(template !== undefined);
              if (template !== undefined) change({ template });
            }}
          />
        </Section>
        <Section title="Signature">
          <SignatureFields
            signature={draft.signature}
            hasKept={props.kept !== null}
            needsSecret={needsSecret(draft.signature, props.kept)}
            onChange={(signature) => change({ signature })}
          />
          <Problems problems={problems} at="signature" />
        </Section>
        <Problems problems={problems.filter(({ path }) => path === "")} at="" />
        <SaveBar missing={missing} save={props.save} isSaving={save.isPending} onCancel={props.onCancel} />
      </div>
      <Section title="Try it" className="lg:sticky lg:top-3">
        <PreviewPane
          sample={sample}
          onSample={setSample}
          preview={preview.isError ? undefined : preview.data}
          isTrying={preview.isFetching || settled !== draft.template || settledSample !== sample}
        />
      </Section>
    </form>
  );
}

/** Why it can't be saved yet. */
function missingIn(
  draft: WebhookDraft,
  { kept, isReadable }: { readonly kept: Webhook["signature"]; readonly isReadable: boolean },
): string | undefined {
  if (draft.name.trim() === "") return "Give it a name to save it.";
  if (!isReadable) return "The template can't be read yet.";
  if (draft.signature.isChecked && draft.signature.header.trim() === "") return "Name the header of the signature.";
  if (needsSecret(draft.signature, kept)) return "Give the key of the signature.";
  return undefined;
}
