import type { Webhook, WebhookTemplate } from "../api/types.ts";

/** How posts are signed, as fields. */
export interface SignatureDraft {
  readonly isChecked: boolean;
  readonly header: string;
  readonly algorithm: "sha1" | "sha256" | "sha512";
  readonly encoding: "hex" | "base64";
  readonly prefix: string;
  readonly scheme: "plain" | "timestamped";
  /** How old a timestamped signature may be. */
  readonly toleranceSeconds: number;
  /** Empty where the one that is kept stays. */
  readonly secret: string;
}

/** A webhook while it is written. */
export interface WebhookDraft {
  readonly name: string;
  readonly description: string;
  /** Null: it takes CloudEvents. */
  readonly template: WebhookTemplate | null;
  readonly signature: SignatureDraft;
}

export const noSignature: SignatureDraft = {
  isChecked: false,
  header: "x-signature",
  algorithm: "sha256",
  encoding: "hex",
  prefix: "",
  scheme: "plain",
  toleranceSeconds: 300,
  secret: "",
};

export function draftOf({ name, description, template, signature }: Webhook): WebhookDraft {
  return { name, description, template, signature: signatureDraftOf(signature) };
}

function signatureDraftOf(kept: Webhook["signature"]): SignatureDraft {
  if (kept === null) return noSignature;
  const { header, algorithm, encoding, prefix, scheme, tolerance_seconds } = kept;
  return {
    isChecked: true,
    header,
    algorithm: algorithm ?? noSignature.algorithm,
    encoding: encoding ?? noSignature.encoding,
    prefix: prefix ?? noSignature.prefix,
    scheme: scheme ?? noSignature.scheme,
    toleranceSeconds: tolerance_seconds ?? noSignature.toleranceSeconds,
    secret: "",
  };
}

/** What is sent for the signature: undefined where it stays as it is. */
export function signatureSent(draft: SignatureDraft, kept: Webhook["signature"]): Webhook["signature"] | undefined {
  if (!draft.isChecked) return kept === null ? undefined : null;
  if (isSameAs(draft, kept)) return undefined;
  const { header, algorithm, encoding, prefix, scheme, toleranceSeconds, secret } = draft;
  const timed = scheme === "timestamped" ? { tolerance_seconds: toleranceSeconds } : {};
  const written = { header: header.trim(), algorithm, encoding, scheme, secret, ...timed };
  return prefix === "" ? written : { ...written, prefix };
}

/** Whether the key has to be given: the server keeps it with how it is used. */
export function needsSecret(draft: SignatureDraft, kept: Webhook["signature"]): boolean {
  return draft.isChecked && draft.secret === "" && !isSameAs(draft, kept);
}

function isSameAs(draft: SignatureDraft, kept: Webhook["signature"]): boolean {
  return kept !== null && JSON.stringify(draft) === JSON.stringify(signatureDraftOf(kept));
}

/** The template as fields show it; undefined where it gives the whole event as one text. */
export type TemplateFields = Exclude<WebhookTemplate, string>;

export const firstTemplate: TemplateFields = { event: "", resource: { "prefect.resource.id": "" } };

/** The template with one part changed; a part that is empty is left out. */
export function withPart(template: TemplateFields, part: "id" | "occurred", text: string): TemplateFields {
  const { [part]: _before, ...others } = template;
  return text === "" ? others : { ...others, [part]: text };
}

export function withLabel(template: TemplateFields, label: string, text: string): TemplateFields {
  const { [label]: _before, ...others } = template.resource;
  const isNeeded = label === "prefect.resource.id";
  return { ...template, resource: text === "" && !isNeeded ? others : { ...template.resource, [label]: text } };
}
