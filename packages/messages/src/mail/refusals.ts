import type SMTPConnection from "nodemailer/lib/smtp-connection";

export type MailError = SMTPConnection.SMTPError;

/** A recipient whom the server refused, with what it answered. */
export interface RefusedRecipient {
  readonly address: string;
  readonly response: string;
  /** Whether the server may take the recipient later, as those do that greylist. */
  readonly isForNow: boolean;
}

/** The recipients that an error names. */
export function refusedRecipients({
  rejectedErrors = [],
}: Pick<MailError, "rejectedErrors">): readonly RefusedRecipient[] {
  return rejectedErrors.map((error) => ({
    address: error.recipient ?? "",
    response: error.response ?? error.message,
    isForNow: isForNow(error),
  }));
}

/** Answers from 400 to 499 are about this moment. */
export function isForNow({ permanent, responseCode = 500 }: MailError): boolean {
  return permanent === undefined ? responseCode < 500 : !permanent;
}
