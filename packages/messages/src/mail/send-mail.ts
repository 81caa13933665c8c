import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { Readable } from "node:stream";
import SMTPConnection from "nodemailer/lib/smtp-connection";
import { guardedLookup, refuseUnreachable, Unreachable } from "../guarded-lookup.ts";
import { NotSent } from "../message.ts";
import type { IsReachable } from "../reachable.ts";
import type { Mail } from "./mail.ts";
import type { MailServer } from "./mail-server.ts";
import { isForNow, type MailError, type RefusedRecipient, refusedRecipients } from "./refusals.ts";

export interface MailTimeouts {
  /** For the connection, and again for the greeting of the server. */
  readonly connectSeconds: number;
  /** Without a word of the server. */
  readonly silenceSeconds: number;
  /** For all. */
  readonly totalSeconds: number;
}

export const mailTimeouts: MailTimeouts = { connectSeconds: 10, silenceSeconds: 30, totalSeconds: 90 };

interface Sending {
  readonly isReachable: IsReachable;
  readonly timeouts: MailTimeouts;
  /** Addresses that have the mail from attempts before. */
  readonly delivered: readonly string[];
}

/** What the server answered to a mail that all recipients have now. */
export interface SentMail {
  readonly message_id: string;
  readonly response: string;
  readonly accepted: readonly string[];
}

/** Sends the mail to those who do not have it. Throws where one of them did not get it. */
export async function sendMail(server: MailServer, mail: Mail, sending: Sending): Promise<SentMail> {
  const { isReachable, timeouts, delivered } = sending;
  const to = mail.to.map(({ address }) => address).filter((address) => !delivered.includes(address));
  const progress = { isReceiving: false };
  try {
    const socket = await connected(server, isReachable, timeouts);
    await using talk = conversation(server, socket, timeouts);
    const { accepted, rejectedErrors = [], response } = await talk.send(mail, to, progress);
    const known = [...delivered, ...accepted.map(String)];
    const refused = refusedRecipients({ rejectedErrors });
    if (refused.length > 0) throw inPart(mail, { refused, delivered: known, response });
    return { message_id: mail.messageId, response, accepted: known };
  } catch (error) {
    if (error instanceof NotSent) throw error;
    throw notSent(error as MailError, { server, mail, delivered, isReceiving: progress.isReceiving });
  }
}

/** The host is looked up here and not by the mailer, so that it leads to no private network. */
async function connected(
  { host, port }: MailServer,
  isReachable: IsReachable,
  timeouts: MailTimeouts,
): Promise<Socket> {
  refuseUnreachable(host, isReachable);
  const socket = connect({ host, port, lookup: guardedLookup(isReachable) });
  try {
    await once(socket, "connect", { signal: AbortSignal.timeout(timeouts.connectSeconds * 1000) });
    return socket;
  } catch (error) {
    socket.destroy();
    if (error instanceof Error && error.name !== "AbortError") throw error;
    throw new Error(`no connection within ${timeouts.connectSeconds} s`);
  }
}

interface Conversation extends AsyncDisposable {
  send(mail: Mail, to: readonly string[], progress: { isReceiving: boolean }): Promise<Answer>;
}

type Answer = SMTPConnection.SentMessageInfo;

function conversation(server: MailServer, connection: Socket, timeouts: MailTimeouts): Conversation {
  const { host, encryption, verify, login } = server;
  const smtp = new SMTPConnection({
    host,
    connection,
    secure: encryption === "SSL",
    requireTLS: encryption === "STARTTLS",
    ignoreTLS: encryption === "INSECURE",
    tls: { rejectUnauthorized: verify },
    connectionTimeout: timeouts.connectSeconds * 1000,
    greetingTimeout: timeouts.connectSeconds * 1000,
    socketTimeout: timeouts.silenceSeconds * 1000,
    socketCloseTimeout: 1000,
  });
  const broken = Promise.withResolvers<never>();
  broken.promise.catch(() => {}); // Whoever waits for a step hears of it.
  smtp.on("error", broken.reject);
  smtp.on("end", () => broken.reject(new Error("the server closed the connection")));
  const timer = setTimeout(() => {
    broken.reject(new Error(`not done within ${timeouts.totalSeconds} s`));
  }, timeouts.totalSeconds * 1000);
  const step = <T>(begin: (done: (error?: Error | null, result?: T) => void) => void) => {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    begin((error, result) => (error ? reject(error) : resolve(result as T)));
    return Promise.race([promise, broken.promise]);
  };
  return {
    async send(mail, to, progress) {
      await step<unknown>((done) => smtp.connect(done));
      if (login !== undefined) await step<unknown>((done) => smtp.login({ ...login }, done));
      const envelope = { from: mail.from.address, to: [...to], size: mail.content.length };
      return await step<Answer>((done) => smtp.send(envelope, contentOf(mail, progress), done));
    },
    async [Symbol.asyncDispose]() {
      clearTimeout(timer);
      smtp.on("error", () => {}); // All is said.
      smtp.quit();
      smtp.close();
    },
  };
}

/** Read once the server has said that it takes the mail: from then on nobody knows what becomes of it until the server says so. */
function contentOf({ content }: Mail, progress: { isReceiving: boolean }): Readable {
  return new Readable({
    read() {
      progress.isReceiving = true;
      this.push(content);
      this.push(null);
    },
  });
}

interface Part {
  readonly refused: readonly RefusedRecipient[];
  readonly delivered: readonly string[];
  readonly response: string;
}

function inPart({ messageId, to }: Mail, { refused, delivered, response }: Part): NotSent {
  return new NotSent(
    `The mail server refused ${refused.length} of ${to.length} recipients: ${told(refused)}. ${delivered.join(", ")} got the mail.`,
    {
      retry: refused.some(({ isForNow }) => isForNow) ? "later" : "never",
      details: { message_id: messageId, response, accepted: delivered, rejected: refused },
      delivered,
    },
  );
}

function told(refused: readonly RefusedRecipient[]): string {
  return refused.map(({ address, response }) => `${address} (${response})`).join(", ");
}

interface Failed {
  readonly server: MailServer;
  readonly mail: Mail;
  readonly delivered: readonly string[];
  readonly isReceiving: boolean;
}

function notSent(error: MailError, { server, mail, delivered, isReceiving }: Failed): NotSent {
  const { response, responseCode: code } = error;
  const details = { message_id: mail.messageId, ...(response === undefined ? {} : { response }) };
  const place = `${server.host}:${server.port}`;
  if (error instanceof Unreachable) return new NotSent(error.message, { details, delivered });
  if (code !== undefined) {
    const refused = refusedRecipients(error);
    const whom = refused.length === 0 ? "" : `, for ${refused.map(({ address }) => address).join(", ")}`;
    const reason = `The mail server ${place} refused ${refusedStep(error)}: ${response}${whom}`;
    const rejected = refused.length === 0 ? {} : { rejected: refused };
    return new NotSent(reason, {
      retry: isForNow(error) || refused.some((each) => each.isForNow) ? "later" : "never",
      details: { ...details, ...rejected },
      delivered,
    });
  }
  if (isReceiving) {
    const reason = `The mail server ${place} took the mail and did not say what became of it (${error.message}): it may have been delivered, so it is not sent again`;
    return new NotSent(reason, { details, delivered });
  }
  if (/certificate|altnames/i.test(error.message)) {
    const reason = `The certificate of the mail server ${place} is not trusted: ${error.message}. Set "verify" to false in the block of the server to send nevertheless.`;
    return new NotSent(reason, { details, delivered });
  }
  const isLasting = error.code === "ETLS" || error.code === "EAUTH" || error.code === "ENOAUTH";
  const reason = `The mail server ${place} did not take the mail: ${error.message || error.code}`;
  return new NotSent(reason, { retry: isLasting ? "never" : "later", details, delivered });
}

function refusedStep({ code, command = "" }: MailError): string {
  if (code === "EAUTH") return "the login";
  if (command === "MAIL FROM") return "the sender";
  if (command === "RCPT TO") return "all recipients";
  return command === "DATA" || code === "EMESSAGE" ? "the mail" : "the connection";
}
