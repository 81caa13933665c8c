import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type MailSink, startMailSink } from "@ostinato/testing/mail-sink";
import { type RecordingServer, startRecordingServer } from "@ostinato/testing/recording-server";
import { blocks, flow, task } from "ostinato";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { EmailServer, type Mailer, mailer } from "./index.ts";

let recording: RecordingServer;
let sink: MailSink;
let mail: Mailer;
let folder: string;

beforeAll(async () => {
  [recording, sink] = await Promise.all([
    startRecordingServer(),
    startMailSink({ onAuth: ({ username }, _session, done) => done(null, { user: username }) }),
  ]);
  folder = await mkdtemp(join(tmpdir(), "ostinato-email-"));
  await EmailServer.save("house", {
    smtp_server: "127.0.0.1",
    smtp_port: sink.port,
    smtp_type: "INSECURE",
    username: "me@x.example",
    password: "planted-password",
  });
  mail = await EmailServer.load("house");
});
beforeEach(() => {
  sink.received.length = 0;
  sink.refusals.recipients = {};
});
afterAll(async () => {
  await recording[Symbol.asyncDispose]();
  await sink[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, maxRetries: 5 });
});

describe("a mail", () => {
  test("goes to all, signed in, and names only those who may be named", async () => {
    const sent = await mail.send({
      to: "Ada <a@x.example>, b@x.example",
      cc: ["c@x.example", "a@x.example"],
      bcc: "d@x.example",
      replyTo: "desk@x.example",
      subject: "Trained\r\nBcc: e@x.example",
      markdown: "The model is **better**",
    });
    const everybody = ["a@x.example", "b@x.example", "c@x.example", "d@x.example"];
    expect(sent).toMatchObject({ accepted: everybody, messageId: expect.stringMatching(/^<.+@x\.example>$/) });
    expect(sink.received).toMatchObject([{ from: "me@x.example", to: everybody, user: "me@x.example" }]);
    const content = sink.received[0]?.content ?? "";
    expect(content).toContain("To: Ada <a@x.example>, b@x.example");
    expect(content).toContain("Cc: c@x.example");
    expect(content).toContain("Reply-To: desk@x.example");
    expect(content).toContain("Subject: Trained Bcc: e@x.example");
    expect(content).not.toContain("d@x.example");
    expect(content).toMatch(/Content-Type: text\/plain[\s\S]*The model is \*\*better\*\*/);
    expect(content).toMatch(/Content-Type: text\/html[\s\S]*<p>The model is <strong>better<\/strong><\/p>/);
  });

  test("has its own HTML, files, contents, and pictures that the HTML shows", async () => {
    const file = join(folder, "Bericht ü.csv");
    await writeFile(file, "id,fare\n1,7.5\n");
    await mail.send({
      to: "a@x.example",
      from: "Robot <robot@x.example>",
      subject: "ü",
      text: "plain",
      html: '<h1>Report</h1><img src="cid:chart">',
      attachments: [
        file,
        { name: "notes.txt", content: "notes" },
        { name: "chart.png", content: new Uint8Array([137, 80, 78, 71]), contentId: "chart" },
      ],
    });
    const content = sink.received[0]?.content ?? "";
    expect(content).toContain("From: Robot <robot@x.example>");
    expect(content).toContain('<h1>Report</h1><img src="cid:chart">');
    expect(content).toMatch(/Content-Type: text\/csv/);
    expect(content).toContain(Buffer.from("id,fare\n1,7.5\n").toString("base64"));
    expect(content).toMatch(/filename=notes\.txt/);
    expect(content).toMatch(/Content-Id: <chart>/i);
  });

  test("that reached some says whom, and is sent to the others alone", async () => {
    sink.refusals.recipients = { "b@x.example": "451 come back later" };
    const email = { to: ["a@x.example", "b@x.example"], subject: "Trained", text: "better" };
    const refused = await mail.send(email).catch((error) => error);
    expect(refused).toMatchObject({ name: "NotSent", delivered: ["a@x.example"], retry: "later" });
    expect(refused.message).toMatch(/refused 1 of 2 recipients: b@x\.example \(451 .*\)\. a@x\.example got the mail/);
    sink.refusals.recipients = {};
    sink.received.length = 0;
    const sent = await mail.send({ ...email, delivered: refused.delivered });
    expect(sink.received).toMatchObject([{ to: ["b@x.example"] }]);
    expect(sent.accepted).toEqual(["a@x.example", "b@x.example"]);
  });

  test.each([
    { email: { subject: "x" }, says: "The mail has no recipients" },
    { email: { to: "word, b@x.example", subject: "x" }, says: '`to` has a wrong address: "word"' },
    { email: { to: "a@x.example", from: "nobody", subject: "x" }, says: "`from` has a wrong address" },
    {
      email: { to: "a@x.example", subject: "x", attachments: [{}] },
      says: "attachments[0] has neither a file nor content",
    },
    { email: { to: "a@x.example", subject: "x", attachments: ["/no/such/file"] }, says: "no such file" },
  ])("is refused before anything is sent: $says", async ({ email, says }) => {
    await expect(mail.send(email)).rejects.toThrow(says);
    expect(sink.received).toEqual([]);
  });

  test("needs a sender, a password that the server takes, and a server", async () => {
    const server = { smtp_server: "127.0.0.1", smtp_port: sink.port, smtp_type: "INSECURE" };
    const email = { to: "a@x.example", subject: "x" };
    await expect(mailer(server).send(email)).rejects.toThrow("The mail has no sender: give one address in `from`");
    await using strict = await startMailSink({
      onAuth: (_auth, _session, done) => done(Object.assign(new Error("Invalid login"), { responseCode: 535 })),
    });
    const wrong = mailer({ ...server, smtp_port: strict.port, username: "me@x.example", password: "wrong" });
    await expect(wrong.send(email)).rejects.toThrow(/refused the login: 535/);
    const { port } = strict;
    await strict[Symbol.asyncDispose]();
    await expect(mailer({ ...server, username: "me@x.example", smtp_port: port }).send(email)).rejects.toThrow(
      `The mail server 127.0.0.1:${port} did not take the mail`,
    );
  });

  test("of a task is the same at each attempt, and two mails of it are two", async () => {
    let attempts = 0;
    const report = task({ name: "report", retries: 1, persist: false }, async () => {
      attempts += 1;
      const first = await mail.send({ to: "a@x.example", subject: "first" });
      const second = await mail.send({ to: "a@x.example", subject: "second" });
      if (attempts === 1) throw new Error("broken after the mail");
      return [first.messageId, second.messageId];
    });
    await flow({ name: "reports" }, async () => await report())();
    const ids = sink.received.map(({ content }) => /^Message-ID: (.*)$/im.exec(content)?.[1]);
    expect(ids).toHaveLength(4);
    expect(ids.slice(2)).toEqual(ids.slice(0, 2));
    expect(new Set(ids).size).toBe(2);
  });
});

test("the server is the one that blocks of automations name", async () => {
  await blocks.email.save("team", { server: EmailServer.named("house"), to: ["a@x.example"], sender: "me@x.example" });
  await blocks.email.notify("team", "by the same server");
  expect(sink.received).toMatchObject([{ to: ["a@x.example"], user: "me@x.example" }]);
});
