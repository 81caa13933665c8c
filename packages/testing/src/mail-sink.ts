import type { AddressInfo } from "node:net";
import { SMTPServer, type SMTPServerAddress, type SMTPServerOptions } from "smtp-server";

export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  readonly content: string;
  readonly user: string | undefined;
  readonly isSecure: boolean;
}

/** What the server answers to a recipient, or to a whole mail, in place of taking it: `451 come back later`. */
export interface Refusals {
  recipients: Readonly<Record<string, string>>;
  mail: string | undefined;
}

/** A mail server that keeps what it receives. */
export interface MailSink extends AsyncDisposable {
  readonly port: number;
  readonly received: ReceivedMail[];
  readonly refusals: Refusals;
}

interface SinkOptions extends Pick<SMTPServerOptions, "onAuth" | "onConnect" | "onMailFrom"> {
  /** With the certificate of `smtp-server`, which nobody trusts; not encrypted unless given. */
  readonly encryption?: "SSL" | "STARTTLS" | "INSECURE";
}

/** On a random port of this machine. It takes mail from whoever signs in, and from those who don't. */
export async function startMailSink({ encryption = "INSECURE", ...handlers }: SinkOptions = {}): Promise<MailSink> {
  const received: ReceivedMail[] = [];
  const refusals: Refusals = { recipients: {}, mail: undefined };
  const server = new SMTPServer({
    authOptional: true,
    disableReverseLookup: true,
    secure: encryption === "SSL",
    disabledCommands: encryption === "STARTTLS" ? [] : ["STARTTLS"],
    allowInsecureAuth: true,
    ...handlers,
    onRcptTo({ address }, _session, done) {
      done(refusal(refusals.recipients[address]));
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        const { mailFrom, rcptTo } = session.envelope;
        received.push({
          from: mailFrom === false ? "" : mailFrom.address,
          to: rcptTo.map(({ address }: SMTPServerAddress) => address),
          content: String(Buffer.concat(chunks)),
          user: session.user,
          isSecure: session.secure,
        });
        done(refusal(refusals.mail));
      });
    },
  });
  server.on("error", () => {}); // Clients that go away are the tests' doing.
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.server.address() as AddressInfo).port,
    received,
    refusals,
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function refusal(answer: string | undefined): Error | null {
  if (answer === undefined) return null;
  return Object.assign(new Error(answer.slice(4)), { responseCode: Number(answer.slice(0, 3)) });
}
