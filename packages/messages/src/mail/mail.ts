import MailComposer from "nodemailer/lib/mail-composer";
import { htmlOf } from "../markdown.ts";
import { type Message, shortened } from "../message.ts";
import type { MailAddress } from "./addresses.ts";

const maxSubjectCharacters = 250;

export interface Mail {
  readonly messageId: string;
  readonly from: MailAddress;
  /** All who get it, also those whom its headers do not name. */
  readonly to: readonly MailAddress[];
  /** The whole message, with its headers. */
  readonly content: Buffer;
}

export interface Parties {
  readonly from: MailAddress;
  readonly to: readonly MailAddress[];
  readonly cc?: readonly MailAddress[];
  /** They get it, and its headers do not say so. */
  readonly bcc?: readonly MailAddress[];
  readonly replyTo?: readonly MailAddress[];
}

export interface MailText {
  /** The same at each attempt. */
  readonly id: string;
  readonly subject: string;
  readonly text: string;
  readonly html?: string | undefined;
  readonly attachments?: readonly MailAttachment[];
}

export interface MailAttachment {
  readonly name: string;
  readonly content: Uint8Array;
  /** By the name unless given. */
  readonly contentType?: string | undefined;
  /** For a picture that the HTML shows: `<img src="cid:chart">`. */
  readonly contentId?: string | undefined;
}

/** The message as text and HTML. */
export function mailTextOf({ id, subject, body }: Message): MailText {
  return { id, subject, text: body, html: htmlOf(body) };
}

/**
 * The whole mail. Its Message-ID is made of the text's id, so that servers and readers know a mail that comes twice. A subject is one line,
 * whatever its text holds: what follows would be headers.
 */
export async function mailOf({ id, subject, text, html, attachments = [] }: MailText, parties: Parties): Promise<Mail> {
  const { from, to, cc = [], bcc = [], replyTo = [] } = parties;
  const messageId = `<${id}@${from.address.slice(from.address.lastIndexOf("@") + 1)}>`;
  const composer = new MailComposer({
    from: { ...from },
    to: copied(to),
    ...(cc.length === 0 ? {} : { cc: copied(cc) }),
    ...(replyTo.length === 0 ? {} : { replyTo: copied(replyTo) }),
    subject: shortened(subject.replace(/[\s\p{Cc}]+/gu, " ").trim(), maxSubjectCharacters),
    messageId,
    headers: { "Auto-Submitted": "auto-generated" },
    text,
    ...(html === undefined ? {} : { html }),
    attachments: attachments.map(attached),
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return { messageId, from, to: [...to, ...cc, ...bcc], content: await composer.compile().build() };
}

function copied(addresses: readonly MailAddress[]): MailAddress[] {
  return addresses.map((address) => ({ ...address }));
}

function attached({ name, content, contentType, contentId }: MailAttachment) {
  return {
    filename: name,
    content: Buffer.from(content.buffer, content.byteOffset, content.byteLength),
    ...(contentType === undefined ? {} : { contentType }),
    ...(contentId === undefined ? {} : { cid: contentId }),
  };
}
