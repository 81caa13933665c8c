import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { filterEvents } from "@ostinato/protocol";
import { startMailSink } from "@ostinato/testing/mail-sink";
import { expect, test } from "vitest";
import { recordOnOwnServer } from "../../test/harness.ts";
import { redact } from "../secrets/redaction.ts";
import { blocks } from "./known-blocks.ts";

const recorder = recordOnOwnServer();

test("a program sends mail by a block with the mail server that another block describes", async () => {
  await using sink = await startMailSink();
  const house = { smtp_server: "127.0.0.1", smtp_port: sink.port, smtp_type: "INSECURE", password: "planted-password" };
  await blocks.emailServer.save("house", house);
  const server = blocks.emailServer.named("house");
  await blocks.email.save("team", { server, to: ["a@x.example, b@x.example"], sender: "me@x.example" });
  await blocks.email.notify("team", { subject: "Trained", body: "The model is **better**" });
  expect(sink.received).toMatchObject([{ to: ["a@x.example", "b@x.example"] }]);
  expect(sink.received[0]?.content).toContain("<strong>better</strong>");
  expect(await blocks.email.read("team")).toMatchObject({ server: house });
  expect(redact("planted-password")).toBe("********");

  sink.refusals.recipients = { "b@x.example": "550 5.1.1 nobody" };
  await expect(blocks.email.notify("team", "again")).rejects.toThrow(
    /refused 1 of 2 recipients: b@x.example \(550 .*\)\. a@x.example got the mail/,
  );
  await expect(blocks.email.notify("nobody", "x")).rejects.toThrow('There is no block "email/nobody"');
  await expect(blocks.email.save("wrong", { server, to: ["nonsense"] })).rejects.toThrow("nonsense");
});

test("a program sends messages by a webhook, to private networks only where the block lets it", async () => {
  const texts: string[] = [];
  const http = createServer((request, response) => {
    request.on("data", (chunk) => texts.push(JSON.parse(String(chunk)).text));
    response.end("ok");
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}/planted-url`;
  await blocks.slackWebhook.save("team", { url });
  await blocks.slackWebhook.notify("team", { subject: "Trained", body: "better" });
  await blocks.slackIncomingWebhook.save("team", { url });
  await blocks.slackIncomingWebhook.notify("team", "plain");
  expect(texts).toEqual(["*Trained*\nbetter", "plain"]);
  const filter = { event: { name: ["prefect.block.slack-webhook.loaded"] } };
  await expect
    .poll(async () => (await recorder.client.call(filterEvents, { body: { filter } })).events, { timeout: 20_000 })
    .toMatchObject([{ resource: { "prefect.resource.name": "team" } }]);
  await blocks.slackWebhook.save("public", { url, allow_private_urls: false });
  await expect(blocks.slackWebhook.notify("public", "x")).rejects.toThrow("private network");
  await new Promise((resolve) => http.close(resolve));
});
