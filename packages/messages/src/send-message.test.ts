import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import vectors from "../test/vectors/requests.json" with { type: "json" };
import { requestsOf, sendMessage } from "./send-message.ts";

interface Request {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const id = "0192f000-0000-7000-8000-000000000001";

describe("the requests of Prefect's notification blocks", () => {
  test.each(vectors)(
    "are made here as well: $type, subject “$subject”, vector $#",
    ({ type, data, subject, body, requests }) => {
      const made = requestsOf({ type, data }, { id, subject, body }).map(({ method, url, headers, body: sent }) =>
        comparable({ method, url: String(url), headers, body: sent ?? "" }),
      );
      expect(made.toSorted()).toEqual(requests.map(comparable).toSorted());
    },
  );

  /** Without what is ours and what is theirs on purpose: the product's name, pictures of Prefect's, keys that make attempts one. */
  function comparable({ method, url, headers, body }: Request): string {
    const { authorization, "content-type": type } = headers;
    const said =
      type === "application/json" ? withoutOurs(JSON.parse(body)) : Object.fromEntries(new URLSearchParams(body));
    return canonical({ method, url, authorization, type, said });
  }

  function withoutOurs(said: Record<string, unknown>): object {
    const { client, source, images, dedup_key, alias, content, ...others } = said;
    const text = JSON.stringify(others).replaceAll("\\r\\n", "");
    // Ours has the text as well, and Markdown as HTML.
    const html = Array.isArray(content) ? content.some(({ type }) => type === "text/html") : undefined;
    return { ...JSON.parse(text), html, alias: alias === "al" ? alias : undefined };
  }
});

/** As text in which no order counts, since Prefect's requests have another one each time. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).toSorted().join()}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "undefined";
  const entries = Object.entries(value).filter(([, part]) => part !== undefined);
  return `{${entries
    .map(([name, part]) => `${name}: ${canonical(part)}`)
    .toSorted()
    .join()}}`;
}

test("attempts of one message are one alert, and alerts of several teams are not one", () => {
  const said = { id, subject: "s", body: "b" };
  const keys = (type: string, data: object) =>
    requestsOf({ type, data: { ...data } }, said).map(({ body = "" }) => {
      const { dedup_key, alias } = JSON.parse(body);
      return dedup_key ?? alias;
    });
  expect(keys("pager-duty-webhook", {})).toEqual([id]);
  expect(keys("opsgenie-webhook", {})).toEqual([id]);
  expect(keys("opsgenie-webhook", { target_team: ["a", "b"] })).toEqual([`${id}-a`, `${id}-b`]);
});

test("what a service would refuse as too long is shortened, and says so", () => {
  const said = { id, subject: "s".repeat(2000), body: "b".repeat(20_000) };
  const bodyOf = (type: string, data: object) => requestsOf({ type, data: { ...data } }, said)[0]?.body ?? "";
  expect(JSON.parse(bodyOf("opsgenie-webhook", {})).message).toMatch(/^s{129}…$/);
  expect(JSON.parse(bodyOf("opsgenie-webhook", {})).description).toMatch(/^s{2000}\nb+…$/);
  expect(JSON.parse(bodyOf("pager-duty-webhook", {})).payload.summary).toMatch(/^s{1023}…$/);
  expect(new URLSearchParams(bodyOf("twilio-sms", { to_phone_numbers: ["1"] })).get("Body")).toMatch(/^s{1599}…$/);
  expect(JSON.parse(bodyOf("discord-webhook", {})).content).toHaveLength(2000);
});

test("blocks that send nothing say what does", async () => {
  const said = { id, subject: "s", body: "b" };
  const refused = (type: string) => sendMessage({ type, data: {} }, said).catch((error) => error.message);
  expect(await refused("email-server-credentials")).toContain('a block of the type "email"');
  expect(await refused("slack-credentials")).toContain('"slack-incoming-webhook"');
  expect(await refused("secret")).toMatch(/it knows email, slack-webhook, .*sendgrid-email/);
});

describe("a message of several requests", () => {
  let server: Server;
  let port: number;
  const received: { readonly channel: string; readonly key: unknown }[] = [];
  let statuses: Readonly<Record<string, number>> = {};

  beforeAll(async () => {
    server = createServer((request, response) => {
      let body = "";
      request.on("data", (chunk) => {
        body += String(chunk);
      });
      request.on("end", () => {
        const { channel } = JSON.parse(body);
        received.push({ channel, key: request.headers["idempotency-key"] });
        response.statusCode = statuses[channel] ?? 200;
        response.end("ok");
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    port = (server.address() as AddressInfo).port;
  });
  beforeEach(() => {
    received.length = 0;
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  test("of which one fails holds up no other, and goes on with it", async () => {
    const data = { hostname: "127.0.0.1", port, token: "t", channels: ["a", "b", "c"] };
    const send = (delivered: readonly string[] = []) =>
      sendMessage({ type: "mattermost-webhook", data }, { id, subject: "s", body: "x" }, { delivered });
    statuses = { b: 503 };
    const failed = await send().catch((error) => error);
    expect(failed).toMatchObject({
      retry: "soon",
      delivered: ["a", "c"],
      message: "b: The address answered 503. a, c got the message.",
    });
    statuses = {};
    expect(await send(failed.delivered)).toMatchObject({ status_code: 200 });
    expect(received.map(({ channel }) => channel)).toEqual(["a", "b", "c", "b"]);
    expect(new Set(received.map(({ key }) => key))).toEqual(new Set([id]));
  });
});
