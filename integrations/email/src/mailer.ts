import { createHash, randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { currentRun, type EmailServerValues } from "ostinato";
import type { MailAttachment } from "ostinato/messages";

/** Addresses are `me@example.com` or `Name <me@example.com>`, several in one text or in a list. */
export interface Email {
  readonly to?: string | readonly string[];
  readonly cc?: string | readonly string[];
  /** They get it, and it does not say so. */
  readonly bcc?: string | readonly string[];
  /** The user of the server unless given. */
  readonly from?: string;
  readonly replyTo?: string | readonly string[];
  readonly subject: string;
  /** Text and HTML are made of it where they are not given. */
  readonly markdown?: string;
  readonly text?: string;
  readonly html?: string;
  /** Files by their paths, or contents by names. */
  readonly attachments?: readonly (string | Attachment)[];
  /** Recipients that have it from an attempt before, as the error of that attempt told them in `delivered`. */
  readonly delivered?: readonly string[];
}

export interface Attachment {
  /** What the reader sees. The name of the file unless given. */
  readonly name?: string;
  /** A path. */
  readonly file?: string;
  /** In place of a file. */
  readonly content?: string | Uint8Array;
  /** `text/csv`; by the name unless given. */
  readonly contentType?: string;
  /** For a picture in the HTML: `<img src="cid:chart">`. */
  readonly contentId?: string;
}

/** What the server answered to a mail that all recipients have now. */
export interface SentEmail {
  readonly messageId: string;
  readonly accepted: readonly string[];
  readonly response: string;
}

/** Sends mail by one server. */
export interface Mailer {
  /**
   * Rejects with a `NotSent` where somebody did not get it: its message says who and why, and `delivered` who did. In a task the mail has the same
   * Message-ID at each attempt, by which servers and readers know a mail that comes twice.
   */
  send(email: Email): Promise<SentEmail>;
}

/** A server for mail without a block, in the words of Prefect's block. */
export function mailer(server: EmailServerValues): Mailer {
  return {
    async send({ attachments = [], ...email }) {
      const [{ sendLetter }, read] = await Promise.all([
        import("ostinato/messages"),
        Promise.all(attachments.map(attached)),
      ]);
      const sent = await sendLetter({ ...server }, { ...email, id: idOf(email), attachments: read });
      const { message_id: messageId, accepted, response } = sent;
      return { messageId, accepted, response };
    },
  };
}

async function attached(given: string | Attachment, index: number): Promise<MailAttachment> {
  const { file, content, name, ...others } = typeof given === "string" ? { file: given } : given;
  if (file !== undefined) return { ...others, name: name ?? basename(file), content: await readFile(file) };
  if (content === undefined) {
    throw new TypeError(`attachments[${index}] has neither a file nor content: give one of them`);
  }
  const bytes = typeof content === "string" ? Buffer.from(content) : content;
  return { ...others, name: name ?? `attachment-${index + 1}`, content: bytes };
}

/** In a task by what is sent, so that each attempt sends the same mail and two mails of one task are two. */
function idOf({ delivered: _, ...email }: Email): string {
  const run = runOfTask();
  if (run === undefined) return randomUUID();
  return createHash("sha256")
    .update(`${run}\n${JSON.stringify(email)}`)
    .digest("hex")
    .slice(0, 32);
}

function runOfTask(): string | undefined {
  try {
    return currentRun().taskRun?.id;
  } catch {
    return undefined;
  }
}
