import { htmlOf } from "../markdown.ts";
import { type BlockData, NotSent, textOf } from "../message.ts";
import { addressesIn, type MailAddress, recipientsOf, WrongAddress } from "./addresses.ts";
import { type MailAttachment, mailOf } from "./mail.ts";
import { mailServerOf } from "./mail-server.ts";
import { mailTimeouts, type SentMail, sendMail } from "./send-mail.ts";

type Addresses = string | readonly string[];

/** A mail with all its parts, as a program writes it. Addresses are `me@example.com` or `Name <me@example.com>`, several in a text or in a list. */
export interface Letter {
  /** The same at each attempt, so that servers and readers know a mail that comes twice. */
  readonly id: string;
  /** The user of the server unless given. */
  readonly from?: string | undefined;
  readonly to?: Addresses | undefined;
  readonly cc?: Addresses | undefined;
  /** They get it, and its headers do not say so. */
  readonly bcc?: Addresses | undefined;
  readonly replyTo?: Addresses | undefined;
  readonly subject: string;
  /** Text and HTML are made of it where they are not given. */
  readonly markdown?: string | undefined;
  readonly text?: string | undefined;
  readonly html?: string | undefined;
  readonly attachments?: readonly MailAttachment[] | undefined;
  /** Recipients that have it from attempts before, as `NotSent` told them. */
  readonly delivered?: readonly string[] | undefined;
}

/** Sends the mail by the server of a block of the type `email-server-credentials`. Throws `NotSent` where somebody did not get it. */
export async function sendLetter(server: BlockData, letter: Letter): Promise<SentMail> {
  const { id, subject, markdown, attachments = [], delivered = [] } = letter;
  const { to, cc, bcc } = recipients(letter);
  const parties = {
    from: sender(letter.from ?? textOf(server.username)),
    to,
    cc,
    bcc,
    replyTo: among("replyTo", letter.replyTo),
  };
  const html = letter.html ?? (markdown === undefined ? undefined : htmlOf(markdown));
  const mail = await mailOf({ id, subject, text: letter.text ?? markdown ?? "", html, attachments }, parties);
  return await sendMail(mailServerOf(server), mail, { isReachable: () => true, timeouts: mailTimeouts, delivered });
}

/** Who stands in several of the lists gets the mail once. */
function recipients(letter: Letter): Readonly<Record<"to" | "cc" | "bcc", readonly MailAddress[]>> {
  const seen = new Set<string>();
  const fresh = (field: "to" | "cc" | "bcc") =>
    among(field, letter[field]).filter(({ address }) => !seen.has(address) && seen.add(address));
  const found = { to: fresh("to"), cc: fresh("cc"), bcc: fresh("bcc") };
  if (seen.size === 0)
    throw new NotSent("The mail has no recipients: give at least one address in `to`, `cc` or `bcc`");
  return found;
}

function among(field: string, given: Addresses | undefined): readonly MailAddress[] {
  if (given === undefined) return [];
  return named(field, () => recipientsOf(typeof given === "string" ? [given] : given));
}

function sender(given: string | undefined): MailAddress {
  const [found, ...others] = named("from", () => addressesIn(given ?? ""));
  if (found !== undefined && others.length === 0) return found;
  throw new NotSent("The mail has no sender: give one address in `from`, since the user of the mail server is not one");
}

function named<T>(field: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof WrongAddress) throw new NotSent(`\`${field}\` has a wrong address: ${error.message}`);
    throw error;
  }
}
