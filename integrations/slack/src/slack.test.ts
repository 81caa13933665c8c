import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { type RecordingServer, startRecordingServer } from "@ostinato/testing/recording-server";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { SlackCredentials, SlackIncomingWebhook, SlackWebhook, slack, slackChannel } from "./index.ts";

interface Seen {
  readonly path: string;
  readonly authorization: string | undefined;
  readonly body: string;
}

interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string | object;
}

let recording: RecordingServer;
let server: Server;
let url: string;
const seen: Seen[] = [];
/** What is answered, in order; `ok` when there is no more. */
const replies: Reply[] = [];

beforeAll(async () => {
  recording = await startRecordingServer();
  server = createServer(async (request: IncomingMessage, response) => {
    const { url: path = "", headers } = request;
    seen.push({ path, authorization: headers.authorization, body: await text(request) });
    const { status = 200, headers: own = {}, body } = replies.shift() ?? { body: "ok" };
    response.writeHead(status, own).end(typeof body === "string" ? body : JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  vi.stubEnv("SLACK_API_URL", `${url}/api/`);
  await SlackWebhook.save("team", { url: `${url}/hook-1` });
  await SlackIncomingWebhook.save("team", { url: `${url}/hook-2` });
  await SlackCredentials.save("bot", { token: "xoxb-planted" });
});
beforeEach(() => {
  seen.length = 0;
  replies.length = 0;
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await recording[Symbol.asyncDispose]();
  server.close();
});

test("posts by the webhooks of both types, text or blocks", async () => {
  await (await SlackWebhook.load("team")).post("The model is *better*.");
  const section = { type: "section", text: { type: "mrkdwn", text: "*better*" } };
  await (await SlackIncomingWebhook.load("team")).post({ text: "better", blocks: [section] });
  expect(seen.map(({ path, body }) => [path, JSON.parse(body)])).toEqual([
    ["/hook-1", { text: "The model is *better*." }],
    ["/hook-2", { text: "better", blocks: [section] }],
  ]);
});

test("says of a webhook what is wrong and what to do", async () => {
  replies.push({ status: 404, body: "no_service" });
  const posted = slackChannel({ url: `${url}/hook` }).post("x");
  await expect(posted).rejects.toThrow(
    "Slack refused the message: no_service; the webhook was removed: make a new one",
  );
  await expect(posted).rejects.toMatchObject({ name: "SlackError", code: "no_service", status: 404 });
  await expect(slackChannel({ url, allow_private_urls: false }).post("x")).rejects.toThrow("private network");
  await expect(slackChannel({ url }).post("")).rejects.toThrow("A message to Slack is empty");
  await expect(slackChannel({ url: "hooks" }).post("x")).rejects.toThrow("not a URL");
});

test("posts, answers and changes messages by the token of an app", async () => {
  const bot = await SlackCredentials.load("bot");
  replies.push({ body: { ok: true, channel: "C1", ts: "1.5" } }, { body: { ok: true, channel: "C1", ts: "1.6" } });
  replies.push({ body: { ok: true } });
  const posted = await bot.post({ channel: "#models", text: "Training" });
  await bot.post({ channel: posted.channel, thread: posted, text: "half of it" });
  await bot.update(posted, "Trained");
  expect(seen.map(({ path, authorization, body }) => [path, authorization, JSON.parse(body)])).toEqual([
    ["/api/chat.postMessage", "Bearer xoxb-planted", { channel: "#models", text: "Training" }],
    ["/api/chat.postMessage", "Bearer xoxb-planted", { channel: "C1", thread_ts: "1.5", text: "half of it" }],
    ["/api/chat.update", "Bearer xoxb-planted", { channel: "C1", ts: "1.5", text: "Trained" }],
  ]);
});

test("sends a file in the three steps that Slack asks for", async () => {
  replies.push({ body: { ok: true, upload_url: `${url}/upload?x=1`, file_id: "F1" } }, { body: "OK" });
  replies.push({ body: { ok: true } });
  const thread = { channel: "C1", ts: "1.5" };
  await slack({ token: "t" }).upload({ channel: "C1", content: "a,ü\n", name: "ü.csv", comment: "the table", thread });
  const [begun, sent, completed] = seen;
  expect(Object.fromEntries(new URLSearchParams(begun?.body))).toEqual({ filename: "ü.csv", length: "5" });
  expect(sent).toMatchObject({ path: "/upload?x=1", body: "a,ü\n", authorization: undefined });
  expect(JSON.parse(completed?.body ?? "")).toEqual({
    files: [{ id: "F1", title: "ü.csv" }],
    channel_id: "C1",
    initial_comment: "the table",
    thread_ts: "1.5",
  });
});

test.each([
  { reply: { body: { ok: false, error: "not_in_channel" } }, says: "not_in_channel; invite the app to the channel" },
  {
    reply: { body: { ok: false, error: "missing_scope", needed: "chat:write" } },
    says: "missing_scope; give the app the scope chat:write",
  },
  { reply: { body: { ok: false, error: "something_new" } }, says: "chat.postMessage: something_new" },
  { reply: { status: 500, body: "<html>" }, says: "chat.postMessage: 500" },
  { reply: { status: 429, headers: { "retry-after": "3600" }, body: "" }, says: "ratelimited; send less, or later" },
])("says what Slack refused: $says", async ({ reply, says }) => {
  replies.push(reply);
  await expect(slack({ token: "t" }).post({ channel: "#models", text: "x" })).rejects.toThrow(says);
});

test("waits as long as Slack asks for, and sends once more", async () => {
  replies.push(
    { status: 429, headers: { "retry-after": "0" }, body: "" },
    { body: { ok: true, channel: "C1", ts: "1" } },
  );
  expect(await slack({ token: "t" }).post({ channel: "#models", text: "x" })).toEqual({ channel: "C1", ts: "1" });
  expect(seen).toHaveLength(2);
});

test("says that nothing answered", async () => {
  const away = slack({ token: "t", apiUrl: "http://127.0.0.1:9" });
  await expect(away.post({ channel: "#models", text: "x" })).rejects.toMatchObject({ code: "no_answer" });
});
