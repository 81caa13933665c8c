import { createHmac } from "node:crypto";
import type { Event, EventPage, Webhook } from "@ostinato/protocol";
import { type FakeClock, fakeClock } from "@ostinato/testing/clock";
import { describeOnEachDatabase } from "@ostinato/testing/databases";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../test/harness.ts";

interface Addressed {
  readonly webhook: Webhook;
  readonly address: string;
}

describeOnEachDatabase("a webhook", (database) => {
  let server: TestServer;
  let clock: FakeClock;
  let names = 0;
  beforeAll(async () => {
    clock = fakeClock();
    server = await startTestServer(database.url, { clock });
  });
  afterAll(() => server.stop());

  async function create(fields: object = {}): Promise<Addressed> {
    names += 1;
    const { status, body } = await server.call<Addressed>("POST", "/webhooks/", { name: `hook ${names}`, ...fields });
    expect({ status, body }).toMatchObject({ status: 201 });
    return body;
  }

  async function post(address: string, payload: string, headers: Record<string, string> = {}) {
    const url = new URL(address).pathname + new URL(address).search;
    const { statusCode, body } = await server.app.inject({ method: "POST", url, payload, headers });
    return { status: statusCode, body: JSON.parse(body) as { ids: string[]; detail?: string } };
  }

  const json = { "content-type": "application/json" };

  /** The event that a post became. */
  async function made(address: string, payload: string, headers: Record<string, string> = json): Promise<Event> {
    const { status, body } = await post(address, payload, headers);
    expect({ status, body }).toMatchObject({ status: 202 });
    return eventOf(body.ids[0] ?? "");
  }

  async function eventOf(id: string): Promise<Event> {
    const { body } = await server.call<EventPage>("POST", "/events/filter", { filter: { id: { id: [id] } } });
    const [event] = body.events;
    if (event === undefined) throw new Error(`There is no event ${id}`);
    return event;
  }

  async function failures({ id }: Webhook): Promise<readonly unknown[]> {
    const filter = { event: { name: ["ostinato.webhook.failed"] }, resource: { id: [`ostinato.webhook.${id}`] } };
    const { body } = await server.call<EventPage>("POST", "/events/filter", { filter });
    return body.events.map(({ payload }) => payload.reason);
  }

  const pushed = {
    event: "git.{{ headers['x-github-event'] }}",
    resource: { "prefect.resource.id": "git.{{ body.repository.full_name }}", branch: "{{ query.branch }}" },
    related: [{ "prefect.resource.id": "person.{{ body.sender }}", "prefect.resource.role": "author" }],
    payload: { commits: "{{ body.commits | length }}", first: "{{ body.commits[0] }}" },
    id: "{{ headers['x-github-delivery'] }}",
  };
  const push = JSON.stringify({ repository: { full_name: "a/b" }, sender: "ada", commits: ["one", "two"] });
  const github = { ...json, "x-github-event": "push", "x-github-delivery": "7" };

  describe("with a template", () => {
    test("makes an event of what is posted: headers, body and query", async () => {
      const { webhook, address } = await create({ template: pushed });
      expect(await made(`${address}?branch=main`, push, github)).toMatchObject({
        event: "git.push",
        resource: { "prefect.resource.id": "git.a/b", branch: "main" },
        related: [
          { "prefect.resource.id": "person.ada", "prefect.resource.role": "author" },
          { "prefect.resource.id": `ostinato.webhook.${webhook.id}`, "prefect.resource.role": "webhook" },
        ],
        payload: { commits: 2, first: "one" },
      });
    });

    test("makes one event of a post that is sent again", async () => {
      const { address } = await create({ template: pushed });
      const first = await post(address, push, github);
      expect((await post(address, push, github)).body.ids).toEqual(first.body.ids);
      const other = await post(address, push, { ...github, "x-github-delivery": "8" });
      expect(other.body.ids).not.toEqual(first.body.ids);
    });

    test("takes forms and texts too, and has the body as the payload where nothing else is said", async () => {
      const template = { event: "form.sent", resource: { "prefect.resource.id": "form.{{ form.kind }}" } };
      const { address } = await create({ template });
      const form = await made(address, "kind=survey&x=1", { "content-type": "application/x-www-form-urlencoded" });
      expect(form).toMatchObject({ resource: { "prefect.resource.id": "form.survey" }, payload: { kind: "survey" } });
      const text = await made(address, "plain words", { "content-type": "text/plain" });
      expect(text).toMatchObject({ payload: { body: "plain words" } });
    });

    test("may give the whole event as JSON, as in Prefect's Cloud", async () => {
      const template =
        '{"event": "deploy.done", "resource": {"prefect.resource.id": "app.{{ body.app }}"}, "payload": {{ body | tojson }}}';
      const { address } = await create({ template });
      expect(await made(address, '{"app": "shop"}')).toMatchObject({
        event: "deploy.done",
        resource: { "prefect.resource.id": "app.shop" },
        payload: { app: "shop" },
      });
    });

    test("tells its owner why it makes no event of a post, and the sender that it does not", async () => {
      const { webhook, address } = await create({
        template: { event: "{{ body.name }}", resource: { "prefect.resource.id": "{{ body.missing }}" } },
      });
      const { status, body } = await post(address, '{"name": "ok"}', json);
      expect(status).toBe(422);
      expect(body.detail).not.toContain("prefect.resource.id");
      expect(await failures(webhook)).toEqual([expect.stringContaining("prefect.resource.id")]);
      expect((await post(address, "", json)).status).toBe(422);
    });

    test("does not run away: a template that loops without end is stopped", async () => {
      const { webhook, address } = await create({
        template: {
          event: "{% for a in range(99999) %}{% for b in range(99999) %}x{% endfor %}{% endfor %}",
          resource: { "prefect.resource.id": "x" },
        },
      });
      expect((await post(address, "{}", json)).status).toBe(422);
      expect(await failures(webhook)).toHaveLength(1);
    });

    test("does not show who posts: credentials are not among the headers", async () => {
      const template = { event: "seen", resource: { "prefect.resource.id": "{{ headers | tojson }}" } };
      const { address } = await create({ template });
      const { resource } = await made(address, "{}", { ...json, cookie: "a=secret", "x-seen": "yes" });
      expect(resource["prefect.resource.id"]).toContain("yes");
      expect(resource["prefect.resource.id"]).not.toContain("secret");
    });
  });

  describe("that is tried before it is kept", () => {
    interface Preview {
      readonly events: readonly object[];
      readonly problem: string | null;
    }
    const preview = (fields: object) => server.call<Preview>("POST", "/webhooks/preview", fields);

    test("shows the event that a post would become, or why it becomes none, and keeps nothing", async () => {
      const before = await server.call<EventPage>("POST", "/events/filter", {});
      const shown = await preview({ template: pushed, text: push, headers: github, query: { branch: "main" } });
      expect(shown).toMatchObject({
        status: 200,
        body: {
          events: [
            {
              event: "git.push",
              resource: { "prefect.resource.id": "git.a/b", branch: "main" },
              related: [{ "prefect.resource.id": "person.ada", "prefect.resource.role": "author" }],
              payload: { commits: 2, first: "one" },
              occurred: null,
            },
          ],
          problem: null,
        },
      });
      const failing = { event: "x", resource: { "prefect.resource.id": "{{ body.missing }}" } };
      const { body } = await preview({ template: failing, text: "{}" });
      expect(body).toEqual({ events: [], problem: expect.stringContaining("prefect.resource.id") });
      const after = await server.call<EventPage>("POST", "/events/filter", {});
      expect(after.body.total).toBe(before.body.total);
    });

    test("says what is missing of a CloudEvent, and where a template can't be read", async () => {
      expect((await preview({ text: "{}" })).body.problem).toContain("takes CloudEvents");
      const { status, body } = await preview({ template: { event: "{{ oops", resource: {} }, text: "" });
      expect({ status, body }).toMatchObject({ status: 422 });
      expect(JSON.stringify(body)).toContain('["body","template","event"]');
    });
  });

  test("is listed for the pages with what became of its posts, a wrong signature too, which is told once in ten seconds", async () => {
    const template = { event: "{{ body.name }}", resource: { "prefect.resource.id": "x" } };
    const signature = { header: "x-signature", secret: "the key" };
    const { webhook, address } = await create({ template, signature });
    const send = (text: string) =>
      post(address, text, { ...json, "x-signature": createHmac("sha256", "the key").update(text).digest("hex") });
    const posts = async () => {
      const { body } = await server.call<{ results: { posts: { event: string; reason: string | null }[] }[] }>(
        "POST",
        "/ui/webhooks/list",
        { text: webhook.name.toUpperCase() },
      );
      expect(body).toMatchObject({ results: [{ webhook }], count: 1 });
      return body.results[0]?.posts.map(({ event, reason }) => reason ?? event);
    };
    expect(await posts()).toEqual([]);
    expect((await send('{"name": "paid"}')).status).toBe(202);
    await clock.advance(1);
    for (const _ of [1, 2]) expect((await post(address, "{}", { ...json, "x-signature": "00" })).status).toBe(401);
    const wrong = "The signature in the header x-signature is missing, old or wrong";
    expect(await posts()).toEqual([wrong, "paid"]);
    await clock.advance(10);
    expect((await post(address, "{}", json)).status).toBe(401);
    await clock.advance(1);
    expect((await send("{}")).status).toBe(422);
    expect(await posts()).toEqual(["The name of the event is empty", wrong, wrong, "paid"]);
  });

  describe("for CloudEvents", () => {
    const cloudEvent = {
      specversion: "1.0",
      type: "com.example.file.created",
      source: "/storage/lake",
      subject: "a.csv",
      id: "A-1",
      time: "2026-01-02T03:04:05Z",
      region: "eu",
      data: { bytes: 12 },
    };
    const event = {
      event: "com.example.file.created",
      occurred: "2026-01-02T03:04:05Z",
      resource: {
        "prefect.resource.id": "/storage/lake/a.csv",
        "cloudevents.source": "/storage/lake",
        "cloudevents.region": "eu",
      },
    };

    test("takes one as JSON, a batch, and one in the headers, and each once", async () => {
      const { address } = await create();
      const structured = { "content-type": "application/cloudevents+json; charset=utf-8" };
      const one = await post(address, JSON.stringify(cloudEvent), structured);
      expect(await eventOf(one.body.ids[0] ?? "")).toMatchObject(event);
      const batch = await post(address, JSON.stringify([cloudEvent, { ...cloudEvent, id: "A-2" }]), {
        "content-type": "application/cloudevents-batch+json",
      });
      expect(batch.body.ids).toHaveLength(2);
      expect(batch.body.ids[0]).toBe(one.body.ids[0]);
      const { data, ...attributes } = cloudEvent;
      const headers = Object.fromEntries(Object.entries(attributes).map(([name, value]) => [`ce-${name}`, value]));
      const binary = await made(address, JSON.stringify(data), { ...json, ...headers, "ce-id": "A-3" });
      expect(binary).toMatchObject({ ...event, payload: data });
    });

    test("says what is missing", async () => {
      const { address } = await create();
      const refusals: [string, Record<string, string>, string][] = [
        ["{}", json, "takes CloudEvents"],
        ["[]", { "content-type": "application/cloudevents+json" }, "not an object"],
        ["no JSON", { "content-type": "application/cloudevents+json" }, "not JSON"],
        [JSON.stringify({ ...cloudEvent, id: "" }), { "content-type": "application/cloudevents+json" }, "no id"],
        [
          JSON.stringify({ ...cloudEvent, specversion: "2" }),
          { "content-type": "application/cloudevents+json" },
          "1.0",
        ],
      ];
      for (const [body, headers, reason] of refusals) {
        const answer = await post(address, body, headers);
        expect(answer).toMatchObject({ status: 422, body: { detail: expect.stringContaining(reason) } });
      }
    });
  });

  describe("that checks signatures", () => {
    const template = { event: "signed", resource: { "prefect.resource.id": "x" } };
    const signed = (key: string, text: string) => createHmac("sha256", key).update(text).digest("hex");

    test("takes what is signed with its key, as GitHub signs, and nothing else", async () => {
      const signature = { header: "X-Hub-Signature-256", prefix: "sha256=", secret: "the key" };
      const { address, webhook } = await create({ template, signature });
      const send = (value: string | undefined) =>
        post(address, push, value === undefined ? json : { ...json, "x-hub-signature-256": value });
      expect((await send(`sha256=${signed("the key", push)}`)).status).toBe(202);
      for (const wrong of [undefined, "", signed("the key", push), `sha256=${signed("other", push)}`, "sha256=00"]) {
        const { status, body } = await send(wrong);
        expect(status).toBe(401);
        expect(JSON.stringify(body)).not.toContain(signed("the key", push));
      }
      expect(webhook.signature).toEqual({ ...signature, secret: "********" });
    });

    test("takes the key before beside a new one for a time, also when the key of the database changes", async () => {
      const { webhook, address } = await create({ template, signature: { header: "x-signature", secret: "old" } });
      const rotation = { secret: "new", grace_seconds: 60 };
      const rotated = await server.call<Addressed>("POST", `/webhooks/${webhook.id}/rotate`, rotation);
      expect(JSON.stringify(rotated.body)).not.toContain('"new"');
      expect(await server.call("POST", "/admin/rotate-key", {})).toMatchObject({ status: 200 });
      const send = async (to: string, key: string) =>
        (await post(to, push, { ...json, "x-signature": signed(key, push) })).status;
      const there = rotated.body.address;
      const taken = { [address]: ["old", "new"], [there]: ["old", "new"] };
      for (const [to, keys] of Object.entries(taken)) for (const key of keys) expect(await send(to, key)).toBe(202);
      expect(await send(there, "other")).toBe(401);
      await clock.advance(61);
      expect([await send(address, "new"), await send(there, "old"), await send(there, "new")]).toEqual([404, 401, 202]);
      const unsigned = await create({ template });
      const refused = await server.call("POST", `/webhooks/${unsigned.webhook.id}/rotate`, rotation);
      expect(refused).toMatchObject({ status: 409, body: { detail: expect.stringContaining("checks no signature") } });
    });

    test("takes timestamped signatures for a time", async () => {
      const signature = { header: "stripe-signature", scheme: "timestamped", secret: "the key" };
      const { address } = await create({ template, signature });
      const send = (at: number) =>
        post(address, push, { ...json, "stripe-signature": `t=${at},v1=${signed("the key", `${at}.${push}`)},v0=00` });
      const now = Math.floor(clock.now() / 1_000_000);
      expect((await send(now)).status).toBe(202);
      expect((await send(now - 299)).status).toBe(202);
      expect((await send(now - 400)).status).toBe(401);
    });

    test("keeps its key sealed, also when the key of the database changes", async () => {
      const signature = { header: "x-signature", secret: "a very secret key" };
      const { address, webhook } = await create({ template, signature });
      const row = await sql<object>`SELECT * FROM event_webhook WHERE id = ${webhook.id}`.execute(
        server.context.db.read,
      );
      const kept = JSON.stringify(row.rows);
      expect(kept).not.toContain("a very secret key");
      expect(kept).not.toContain(address.split("/").at(-1));
      expect(await server.call("POST", "/admin/rotate-key", {})).toMatchObject({ status: 200 });
      const valid = { ...json, "x-signature": signed("a very secret key", push) };
      expect((await post(address, push, valid)).status).toBe(202);
    });
  });

  test("gets a new address, and the one before is valid for a time", async () => {
    const template = { event: "x", resource: { "prefect.resource.id": "x" } };
    const { webhook, address } = await create({ template });
    const rotated = await server.call<Addressed>("POST", `/webhooks/${webhook.id}/rotate`, { grace_seconds: 60 });
    expect(rotated.status).toBe(200);
    for (const each of [address, rotated.body.address]) expect((await post(each, "{}", json)).status).toBe(202);
    await clock.advance(61);
    expect((await post(address, "{}", json)).status).toBe(404);
    expect((await post(rotated.body.address, "{}", json)).status).toBe(202);
  });

  test("is listed, changed, paused and deleted, and never shows its address again", async () => {
    const { webhook, address } = await create({ template: pushed, description: "from the repository" });
    const secret = address.split("/").at(-1);
    const path = `/webhooks/${webhook.id}`;
    expect(await server.call("GET", path)).toMatchObject({ status: 200, body: webhook });
    const listed = await server.call("POST", "/webhooks/filter", { name: webhook.name });
    expect(listed.body).toEqual([webhook]);
    expect(JSON.stringify(listed.body)).not.toContain(secret);
    expect(await server.call("PATCH", path, { enabled: false })).toMatchObject({ body: { enabled: false } });
    expect((await post(address, push, github)).status).toBe(409);
    await server.call("PATCH", path, { enabled: true, template: null });
    expect((await post(address, push, github)).body.detail).toContain("CloudEvents");
    expect(await server.call("DELETE", path)).toMatchObject({ status: 204 });
    expect((await post(address, push, github)).status).toBe(404);
    expect(await server.call("GET", path)).toMatchObject({ status: 404 });
  });

  test("is refused with what is wrong with it", async () => {
    const { webhook } = await create();
    const named = (fields: object) => ({ name: "refused", ...fields });
    const wrong: [object, number][] = [
      [{ name: webhook.name }, 409],
      [named({ template: { event: "{{ oops", resource: {} } }), 422],
      [named({ template: { event: "x" } }), 422],
      [named({ signature: { header: "x" } }), 422],
      [named({ signature: { header: "x", algorithm: "md5", secret: "not shown" } }), 422],
    ];
    for (const [body, expected] of wrong) {
      const { status, body: answer } = await server.call("POST", "/webhooks/", body);
      expect(status).toBe(expected);
      expect(JSON.stringify(answer)).not.toContain("not shown");
    }
  });

  test("takes only so much, and only so often", async () => {
    const template = { event: "x", resource: { "prefect.resource.id": "x" } };
    const { address } = await create({ template });
    expect((await post(address, "x".repeat(1_048_577), json)).status).toBe(413);
    const answers: number[] = [];
    for (let count = 0; count < 230; count += 1) answers.push((await post(address, "{}", json)).status);
    expect(answers.filter((status) => status === 202)).toHaveLength(200);
    expect(answers.slice(200)).toEqual(Array(30).fill(429));
    await clock.advance(5);
    expect((await post(address, "{}", json)).status).toBe(202);
  });
});
