import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { type MailSink, startMailSink } from "@ostinato/testing/mail-sink";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { NotSent } from "../message.ts";
import { reachable } from "../reachable.ts";
import { sendEmail } from "./email.ts";
import { mailTimeouts } from "./send-mail.ts";

const message = { id: "0192f000-0000-7000-8000-000000000001", subject: "Run failed", body: "The run **late** failed" };
const isReachable = () => true;

interface Trial {
  readonly server?: object;
  readonly to?: unknown;
  readonly sender?: unknown;
  readonly delivered?: readonly string[];
  readonly timeouts?: typeof mailTimeouts;
}

function send(
  port: number,
  { server, to = ["a@x.example"], sender = "me@x.example", ...trial }: Trial = {},
  said = message,
) {
  const data = { server: { smtp_server: "127.0.0.1", smtp_type: "INSECURE", smtp_port: port, ...server }, to, sender };
  return sendEmail(data, said, { isReachable, timeouts: mailTimeouts, delivered: [], ...trial });
}

function refusal(port: number, trial?: Trial): Promise<NotSent> {
  return send(port, trial).then(
    (sent) => expect.fail(`it was sent: ${JSON.stringify(sent)}`),
    (error) => error,
  );
}

describe("mail to a server that takes it", () => {
  let sink: MailSink;

  beforeEach(async () => {
    sink = await startMailSink();
  });
  afterEach(() => sink[Symbol.asyncDispose]());

  test("is text and HTML, goes to all, and is known again by its Message-ID", async () => {
    const to = ["Team A <a@x.example>, b@x.example", "c@x.example\nd@x.example"];
    const sent = await send(sink.port, { to, sender: '"Ostinato, here" <me@x.example>' });
    const [mail] = sink.received;
    const everybody = ["a@x.example", "b@x.example", "c@x.example", "d@x.example"];
    expect(mail).toMatchObject({ from: "me@x.example", to: everybody });
    expect(sent).toMatchObject({ accepted: everybody, message_id: `<${message.id}@x.example>` });
    expect(mail?.content).toContain(`Message-ID: <${message.id}@x.example>`);
    expect(mail?.content).toContain("Auto-Submitted: auto-generated");
    expect(mail?.content).toContain("Subject: Run failed");
    expect(mail?.content).toMatch(/Content-Type: text\/plain[\s\S]*The run \*\*late\*\* failed/);
    expect(mail?.content).toMatch(/Content-Type: text\/html[\s\S]*<p>The run <strong>late<\/strong> failed<\/p>/);
  });

  test("shows HTML of a message as text, keeps its lines, and links to nothing that runs", async () => {
    const body = "one\ntwo <img src=x onerror=y>\n\n[a](javascript:b)\n\n| a | b |\n| - | - |\n| 1 | 2 |";
    await send(sink.port, {}, { ...message, body });
    const html = sink.received[0]?.content.split("text/html")[1]?.replace(/=\r\n/g, "").replace(/=3D/g, "=");
    expect(html).toContain("one<br />");
    expect(html).toContain("&lt;img src=x onerror=y&gt;");
    expect(html).toContain('<a href="">a</a>');
    expect(html).toContain("<td>1</td>");
  });

  test("has one subject and no header that its text names", async () => {
    await send(
      sink.port,
      {},
      { ...message, subject: "failed\r\nBcc: c@x.example\n\n<b>\u0000", body: ".\r\nMAIL FROM" },
    );
    const { content = "", to } = sink.received[0] ?? {};
    expect(to).toEqual(["a@x.example"]);
    const headers = content.slice(0, content.indexOf("\r\n\r\n")).replace(/\r\n[ \t]/g, " ");
    expect(headers).toContain("Subject: failed Bcc: c@x.example <b>");
    expect(headers).not.toMatch(/^Bcc:/im);
  });

  test("goes on to those who did not get it", async () => {
    sink.refusals.recipients = { "b@x.example": "451 4.7.1 greylisted", "c@x.example": "550 5.1.1 nobody" };
    const to = ["a@x.example", "b@x.example", "c@x.example"];
    const first = await refusal(sink.port, { to });
    expect(first).toMatchObject({
      name: "NotSent",
      retry: "later",
      delivered: ["a@x.example"],
      details: { rejected: [{ address: "b@x.example" }, { address: "c@x.example" }] },
    });
    expect(first.message).toMatch(
      /refused 2 of 3 recipients: b@x.example \(451 .*greylisted\), c@x.example \(550 .*nobody\)/,
    );
    sink.refusals.recipients = { "c@x.example": "550 5.1.1 nobody" };
    const second = await refusal(sink.port, { to, delivered: first.delivered });
    expect(second).toMatchObject({ retry: "never", delivered: ["a@x.example", "b@x.example"] });
    expect(sink.received.map((mail) => mail.to)).toEqual([["a@x.example"], ["b@x.example"]]);
  });

  test.each([
    ["greylists", "451 4.7.1 come back in five minutes", "later"],
    ["knows nobody of that name", "550 5.1.1 nobody here", "never"],
  ])("whose server %s says so", async (_, answer, retry) => {
    sink.refusals.recipients = { "a@x.example": answer };
    const { message: reason, retry: pace, details } = await refusal(sink.port);
    expect(reason).toBe(`The mail server 127.0.0.1:${sink.port} refused all recipients: ${answer}, for a@x.example`);
    expect({ pace, details }).toMatchObject({ pace: retry, details: { response: answer } });
  });

  test.each([
    ["452 4.3.1 disk full", "later"],
    ["554 5.7.1 spam", "never"],
  ])("whose content is refused by %s says so", async (answer, retry) => {
    sink.refusals.mail = answer;
    expect(await refusal(sink.port)).toMatchObject({
      retry,
      message: expect.stringContaining(`refused the mail: ${answer}`),
    });
  });

  test.each([
    [{ to: "a@x.example nonsense" }, 'wrong address: "nonsense"'],
    [{ to: [] }, "no recipients"],
    [{ sender: "me" }, 'wrong address: "me"'],
    [{ sender: null }, "give one address in `sender`"],
    [{ server: { smtp_type: "TLS" } }, 'smtp_type is "TLS": give "SSL", "STARTTLS" or "INSECURE"'],
  ])("of a block with %j is not sent at all", async (trial, says) => {
    expect(await refusal(sink.port, trial)).toMatchObject({ retry: "never", message: expect.stringContaining(says) });
    expect(sink.received).toEqual([]);
  });

  test("to a private network needs leave for the network", async () => {
    const guard = { isReachable: reachable([]), timeouts: mailTimeouts, delivered: [] };
    for (const host of ["127.0.0.1", "localhost", "::1"]) {
      const data = {
        server: { smtp_server: host, smtp_type: 25, smtp_port: sink.port },
        to: "a@x.example",
        sender: "b@x.example",
      };
      await expect(sendEmail(data, message, guard)).rejects.toMatchObject({
        retry: "never",
        message: expect.stringContaining("OSTINATO_SERVER_PRIVATE_TARGETS"),
      });
    }
  });
});

describe("a mail server that wants a login", () => {
  const isMe = (name: unknown, password: unknown) => name === "me@x.example" && password === "hush";

  test("gets it, and the user is the sender", async () => {
    await using sink = await startMailSink({
      onAuth: ({ username, password }, _, done) =>
        isMe(username, password) ? done(null, { user: String(username) }) : done(new Error("who is that")),
    });
    const login = { username: "me@x.example", password: "hush" };
    await send(sink.port, { server: login, sender: null });
    expect(sink.received).toMatchObject([{ user: "me@x.example", from: "me@x.example" }]);
    const refused = await refusal(sink.port, { server: { ...login, password: "guess" } });
    expect(refused).toMatchObject({ retry: "never", message: expect.stringContaining("refused the login: 535") });
    expect(`${refused.message}${JSON.stringify(refused.details)}`).not.toContain("guess");
    const nameless = await refusal(sink.port, { server: { ...login, password: null } });
    expect(nameless).toMatchObject({ retry: "never" });
  });
});

describe.each(["SSL", "STARTTLS"] as const)(
  "a mail server with %s and a certificate that nobody vouches for",
  (encryption) => {
    test("gets no mail, unless the block trusts it", async () => {
      await using sink = await startMailSink({ encryption });
      expect(await refusal(sink.port, { server: { smtp_type: encryption } })).toMatchObject({
        retry: "never",
        message: expect.stringMatching(/The certificate of the mail server .* is not trusted: .*"verify"/),
      });
      await send(sink.port, { server: { smtp_type: encryption.toLowerCase(), verify: false } });
      expect(sink.received).toMatchObject([{ isSecure: true }]);
    });
  },
);

test("a mail server without STARTTLS gets no mail that asks for it", async () => {
  await using sink = await startMailSink();
  expect(await refusal(sink.port, { server: { smtp_type: 587 } })).toMatchObject({ retry: "never" });
  expect(sink.received).toEqual([]);
});

describe("a mail server that", () => {
  let server: Server;
  let port: number;
  let talk: (socket: Socket) => void;
  const quick = { connectSeconds: 5, silenceSeconds: 1, totalSeconds: 30 };

  beforeEach(async () => {
    server = createServer((socket) => {
      socket.on("error", () => {});
      talk(socket);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    port = (server.address() as AddressInfo).port;
  });
  afterEach(() => new Promise((resolve) => server.close(resolve)));

  /** Answers each command by what stands for it, and says nothing where nothing does. */
  function answering(answers: Readonly<Record<string, string>>) {
    return (socket: Socket) => {
      if (answers.hello !== undefined) socket.write(`${answers.hello}\r\n`);
      let text = "";
      socket.on("data", (chunk) => {
        text += String(chunk);
        for (let end = text.indexOf("\r\n"); end >= 0; end = text.indexOf("\r\n")) {
          const answer =
            answers[text.slice(0, 4).toUpperCase()] ?? (text.startsWith(".\r\n") ? answers.end : undefined);
          text = text.slice(end + 2);
          if (answer === "hang up") socket.destroy();
          else if (answer !== undefined) socket.write(`${answer}\r\n`);
        }
      });
    };
  }

  const polite = { hello: "220 hello", EHLO: "250 hello", MAIL: "250 ok", RCPT: "250 ok", DATA: "354 go on" };

  test("is not there is tried again", async () => {
    await new Promise((resolve) => server.close(resolve));
    expect(await refusal(port)).toMatchObject({ retry: "later", message: expect.stringContaining("ECONNREFUSED") });
    server = createServer().listen(0);
  });

  test("says nothing is tried again", async () => {
    talk = () => {};
    const timeouts = { ...quick, connectSeconds: 0.2 };
    expect(await refusal(port, { timeouts })).toMatchObject({ retry: "later" });
  });

  test("is silent after the sender is tried again", async () => {
    talk = answering({ hello: "220 hello", EHLO: "250 hello" });
    expect(await refusal(port, { timeouts: quick })).toMatchObject({ retry: "later" });
  });

  test.each([
    ["is silent", polite],
    ["hangs up", { ...polite, end: "hang up" }],
  ])("%s after the mail may have delivered it, so it is not sent twice", async (_, answers) => {
    talk = answering(answers);
    expect(await refusal(port, { timeouts: quick })).toMatchObject({
      retry: "never",
      message: expect.stringContaining("it may have been delivered"),
    });
  });

  test("goes on for ever is left", async () => {
    talk = (socket) => {
      const timer = setInterval(() => socket.write("220-still\r\n"), 20);
      socket.on("close", () => clearInterval(timer));
    };
    const timeouts = { ...quick, totalSeconds: 0.3 };
    expect(await refusal(port, { timeouts })).toMatchObject({
      retry: "later",
      message: expect.stringContaining("not done within 0.3 s"),
    });
  });

  test("refuses the connection for now is tried again", async () => {
    talk = answering({ hello: "421 too busy" });
    expect(await refusal(port)).toMatchObject({ retry: "later", message: expect.stringContaining("421 too busy") });
  });
});
