import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { SMTPServer } from "smtp-server";

/** A mail server on this machine that delivers nothing and shows what it was given. */
export interface Mailbox extends AsyncDisposable {
  readonly port: number;
  /** The subjects of the mails that have come, in their order, as soon as there are so many. */
  subjects(count: number): Promise<readonly string[]>;
}

export async function openMailbox(onMail: (mail: string) => void): Promise<Mailbox> {
  const subjects: string[] = [];
  const arrived = new EventTarget();
  const server = new SMTPServer({
    authOptional: true,
    disableReverseLookup: true,
    disabledCommands: ["STARTTLS"],
    onData(stream, _session, done) {
      text(stream).then((mail) => {
        subjects.push(/^Subject: (.*?)\r?$/m.exec(mail)?.[1] ?? "");
        onMail(mail);
        arrived.dispatchEvent(new Event("mail"));
        done();
      }, done);
    },
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.server.address() as AddressInfo).port,
    subjects: (count) =>
      new Promise((resolve) => {
        const look = () => {
          if (subjects.length < count) return;
          arrived.removeEventListener("mail", look);
          resolve(subjects);
        };
        arrived.addEventListener("mail", look);
        look();
      }),
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
