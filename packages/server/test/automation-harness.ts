import { addSeconds, formatTimestamp, timeOrderedId } from "@ostinato/core";
import type { Automation, Event, EventPage, Resource } from "@ostinato/protocol";
import type { FakeClock } from "@ostinato/testing/clock";
import { expect } from "vitest";
import type { TestServer } from "./harness.ts";

export interface Happening {
  readonly event: string;
  /** The id of the resource, or all its labels. */
  readonly of?: string | Resource;
  readonly related?: readonly Resource[];
  /** How many seconds ago it occurred. */
  readonly ago?: number;
}

/** Automations of a server whose clock a test moves. */
export interface AutomationTrial {
  create(trigger: object, fields?: object): Promise<Automation>;
  /** Sends events, and gives their ids. */
  happen(...happenings: readonly Happening[]): Promise<readonly string[]>;
  /** Has triggers count what happened, and notice what did not. */
  count(): Promise<void>;
  /** The same after so many seconds. */
  wait(seconds: number): Promise<void>;
  /** `prefect.automation.triggered` of the automation, the first one first. */
  firings(automation: Pick<Automation, "id">): Promise<readonly Event[]>;
  /** The events that fired it. */
  causes(automation: Pick<Automation, "id">): Promise<readonly (string | null)[]>;
  /** The same of many automations, by their ids. */
  causesOf(automations: readonly Pick<Automation, "id">[]): Promise<ReadonlyMap<string, readonly (string | null)[]>>;
}

export function automationTrial(server: TestServer, clock: FakeClock): AutomationTrial {
  /** A tick that has handled events leaves the deadlines to the next one. */
  async function count(): Promise<void> {
    await server.tick("consumer automations");
    await server.tick("consumer automations");
  }
  async function firings({ id }: Pick<Automation, "id">): Promise<readonly Event[]> {
    const filter = {
      event: { name: ["prefect.automation.triggered"] },
      resource: { id: [`prefect.automation.${id}`] },
      order: "ASC",
    };
    return (await server.call<EventPage>("POST", "/events/filter", { filter, limit: 50 })).body.events;
  }
  const causeOf = ({ payload }: Event) => (payload.triggering_event as { readonly id: string } | null)?.id ?? null;
  return {
    async create(trigger, fields = {}) {
      const given = { name: "trial", trigger, actions: [{ type: "do-nothing" }], ...fields };
      const { status, body } = await server.call<Automation>("POST", "/automations/", given);
      expect({ status, body }).toMatchObject({ status: 201 });
      return body;
    },
    async happen(...happenings) {
      const events = happenings.map(({ event, of = "thing.1", related = [], ago = 0 }) => ({
        id: timeOrderedId(clock.now()),
        occurred: formatTimestamp(addSeconds(clock.now(), -ago)),
        event,
        resource: typeof of === "string" ? { "prefect.resource.id": of } : of,
        related,
        payload: {},
      }));
      expect(await server.call("POST", "/events", events)).toMatchObject({ status: 204 });
      return events.map(({ id }) => id);
    },
    count,
    async wait(seconds) {
      await clock.advance(seconds);
      await count();
    },
    firings,
    causes: async (automation) => (await firings(automation)).map(causeOf),
    async causesOf(automations) {
      const id = automations.map((each) => `prefect.automation.${each.id}`);
      const filter = { event: { name: ["prefect.automation.triggered"] }, resource: { id }, order: "ASC" };
      const all: Event[] = [];
      let page = (await server.call<EventPage>("POST", "/events/filter", { filter, limit: 50 })).body;
      all.push(...page.events);
      while (page.next_page !== null) {
        page = (await server.call<EventPage>("GET", `/events/filter/next${new URL(page.next_page).search}`)).body;
        all.push(...page.events);
      }
      const byAutomation = Map.groupBy(all, ({ resource }) =>
        (resource["prefect.resource.id"] ?? "").slice("prefect.automation.".length),
      );
      return new Map([...byAutomation].map(([of, events]) => [of, events.map(causeOf)]));
    },
  };
}
