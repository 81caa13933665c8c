import { isPlainObject } from "@ostinato/core";
import type { Delivered } from "../deliver.ts";
import { type BlockData, type Message, NotSent, textOf } from "../message.ts";
import type { IsReachable } from "../reachable.ts";
import { addressesIn, type MailAddress, recipientsOf, WrongAddress } from "./addresses.ts";
import { mailOf, mailTextOf } from "./mail.ts";
import { mailServerOf } from "./mail-server.ts";
import { type MailTimeouts, sendMail } from "./send-mail.ts";

interface Sending {
  readonly isReachable: IsReachable;
  readonly timeouts: MailTimeouts;
  readonly delivered: readonly string[];
}

/** Sends the message by a block of the type `email`: its server, the address of the sender, and those who get it. */
export async function sendEmail(data: BlockData, message: Message, sending: Sending): Promise<Delivered> {
  const server = isPlainObject(data.server) ? data.server : {};
  const parties = readAddresses(() => ({ from: senderOf(data.sender ?? server.username), to: recipientsOf(data.to) }));
  if (parties.to.length === 0) throw new NotSent("The block has no recipients: give at least one address in its `to`");
  return { ...(await sendMail(mailServerOf(server), await mailOf(mailTextOf(message), parties), sending)) };
}

function senderOf(given: unknown): MailAddress {
  const [sender, ...others] = addressesIn(textOf(given) ?? "");
  if (sender !== undefined && others.length === 0) return sender;
  throw new WrongAddress("give one address in `sender`, since the user of the mail server is not one");
}

function readAddresses<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof WrongAddress) throw new NotSent(`The block has a wrong address: ${error.message}`);
    throw error;
  }
}
