import MailComposer from "nodemailer/lib/mail-composer";
import { htmlOf } from "../markdown.ts";
import { type Message, shortened } from "../message.ts";
import type { MailAddress } from "./addresses.ts";

const maxSubjectCharacters = 250;

export interface Mail {
  readonly messageId: string;
  readonly from: MailAddress;
  readonly to: readonly MailAddress[];
  /** The whole message, with its headers. */
  readonly content: Buffer;
}

interface Parties {
  readonly from: MailAddress;
  readonly to: readonly MailAddress[];
}

/**
 * The message as a mail of text and HTML. Its Message-ID is made of the message's id, so that servers and readers know a mail that comes
 * twice. A subject is one line, whatever its text holds: what follows would be headers.
 */
export async function mailOf({ id, subject, body }: Message, { from, to }: Parties): Promise<Mail> {
  const messageId = `<${id}@${from.address.slice(from.address.lastIndexOf("@") + 1)}>`;
  const composer = new MailComposer({
    from: { ...from },
    to: to.map((recipient) => ({ ...recipient })),
    subject: shortened(subject.replace(/[\s\p{Cc}]+/gu, " ").trim(), maxSubjectCharacters),
    messageId,
    headers: { "Auto-Submitted": "auto-generated" },
    text: body,
    html: htmlOf(body),
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return { messageId, from, to, content: await composer.compile().build() };
}
