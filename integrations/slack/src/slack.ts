import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { setTimeout } from "node:timers/promises";
import { SlackError } from "./slack-error.ts";
import { messageOf, type PostedMessage, type SlackMessage } from "./slack-message.ts";

export interface SlackOptions {
  /** Of the app's bot: `xoxb-…`. */
  readonly token: string;
  /** `https://slack.com/api`, or `SLACK_API_URL`, unless given: GovSlack has another. */
  readonly apiUrl?: string;
}

export interface SlackPost extends SlackMessage {
  /** A name as `#models`, or an id. */
  readonly channel: string;
  /** The message that it answers. */
  readonly thread?: PostedMessage;
}

export interface SlackUpload {
  /** The id of a channel, as posting to it gives: Slack takes no name here. */
  readonly channel: string;
  /** A path. */
  readonly file?: string;
  /** In place of a file. */
  readonly content?: string | Uint8Array;
  /** The name of the file unless given. */
  readonly name?: string;
  readonly title?: string;
  /** What stands above the file. */
  readonly comment?: string;
  /** The message that it answers. */
  readonly thread?: PostedMessage;
}

/** Slack as an app. Each call rejects with a {@link SlackError} that says what to do. */
export interface Slack {
  post(post: SlackPost): Promise<PostedMessage>;
  /** Writes other words in place of those of a message. */
  update(posted: PostedMessage, message: string | SlackMessage): Promise<void>;
  upload(upload: SlackUpload): Promise<void>;
}

type Answer = Readonly<Record<string, unknown>>;

/** How often Slack may ask to come back later, and for how long. */
const maxAttempts = 3;
const maxWaitSeconds = 60;
const maxAnswerSeconds = 60;

/** Slack without a block. */
export function slack({ token, apiUrl = process.env.SLACK_API_URL ?? "https://slack.com/api" }: SlackOptions): Slack {
  const base = apiUrl.replace(/\/+$/, "");
  const call = async (method: string, body: object): Promise<Answer> => {
    const response = await answer(`${base}/${method}`, method, {
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json; charset=utf-8" },
      body: JSON.stringify(body),
    });
    return await accepted(method, response);
  };
  return {
    async post({ channel, thread, ...message }) {
      const inThread = thread === undefined ? {} : { thread_ts: thread.ts };
      const posted = await call("chat.postMessage", { channel, ...inThread, ...messageOf(message) });
      return { channel: String(posted.channel), ts: String(posted.ts) };
    },
    async update({ channel, ts }, message) {
      await call("chat.update", { channel, ts, ...messageOf(message) });
    },
    async upload({ channel, title, comment, thread, ...given }) {
      const { name, content } = await fileOf(given);
      // This method alone takes a form and no JSON.
      const begun = await accepted(
        "files.getUploadURLExternal",
        await answer(`${base}/files.getUploadURLExternal`, "files.getUploadURLExternal", {
          headers: { authorization: `Bearer ${token}` },
          body: new URLSearchParams({ filename: name, length: String(content.byteLength) }),
        }),
      );
      const sent = await answer(String(begun.upload_url), "the content of the file", { body: content });
      if (!sent.ok) throw new SlackError("the content of the file", String(sent.status), { status: sent.status });
      await call("files.completeUploadExternal", {
        files: [{ id: begun.file_id, title: title ?? name }],
        channel_id: channel,
        ...(comment === undefined ? {} : { initial_comment: comment }),
        ...(thread === undefined ? {} : { thread_ts: thread.ts }),
      });
    },
  };
}

/** The answer, when Slack has no more wish to be asked later. */
async function answer(url: string, what: string, request: RequestInit): Promise<Response> {
  for (let attempt = 1; ; attempt += 1) {
    const response = await fetch(url, {
      method: "POST",
      signal: AbortSignal.timeout(maxAnswerSeconds * 1000),
      ...request,
    }).catch((error: Error) => {
      throw new SlackError(what, "no_answer", { status: undefined, cause: error });
    });
    if (response.status !== 429 || attempt === maxAttempts) return response;
    const seconds = Number(response.headers.get("retry-after") ?? 1);
    if (!(seconds <= maxWaitSeconds)) return response;
    await response.body?.cancel();
    await setTimeout(seconds * 1000);
  }
}

/** Slack says in the body whether it did what was asked: the status is 200 all the same. */
async function accepted(method: string, response: Response): Promise<Answer> {
  const { status } = response;
  const text = await response.text();
  const { ok, error, needed, ...others } = parsed(text);
  if (ok === true) return others;
  const code = typeof error === "string" ? error : status === 429 ? "ratelimited" : String(status);
  throw new SlackError(method, code, { status, needed: typeof needed === "string" ? needed : undefined });
}

function parsed(text: string): Answer {
  try {
    return Object(JSON.parse(text)) as Answer;
  } catch {
    return {};
  }
}

async function fileOf({ file, content, name }: Pick<SlackUpload, "file" | "content" | "name">) {
  if (file !== undefined) return { name: name ?? basename(file), content: await readFile(file) };
  if (content === undefined) throw new TypeError("upload() has neither a file nor content: give one of them");
  return { name: name ?? "file.txt", content: typeof content === "string" ? Buffer.from(content) : content };
}
