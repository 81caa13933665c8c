import { type Grammar, type Making, pastMoments } from "../grammar.ts";

const event = ({ random, word, maybe }: Making) => ({
  id: nextId(random.next()),
  occurred: random.pick(pastMoments),
  event: random.pick(["order.placed", "order.sent"]),
  resource: { "prefect.resource.id": `shop.order.${word()}`, "prefect.resource.name": "order" },
  related: maybe(() => [{ "prefect.resource.id": "shop.customer.1", "prefect.resource.role": "customer" }]),
  payload: maybe(() => random.pick<unknown>([{ a: 1 }, {}])),
});

function nextId(chance: number): string {
  return `00000000-0000-4000-8000-${Math.floor(chance * 0xffffffffffff)
    .toString(16)
    .padStart(12, "0")}`;
}

/** Prefect stores events some seconds later, so events are sent here, but only queries without results are made. */
export const events: Grammar = {
  noun: "events",
  operations: [
    {
      name: "send events",
      make: (making) => ({
        method: "POST",
        path: "/events",
        body: Array.from({ length: making.random.pick([0, 1, 2]) }, () => event(making)),
      }),
    },
    {
      name: "filter events",
      make: ({ random, maybe }) => ({
        method: "POST",
        path: "/events/filter",
        body: {
          filter: {
            occurred: { since: "2001-01-01T00:00:00Z", until: "2001-01-02T00:00:00Z" },
            event: maybe(() => ({ name: ["order.placed"] })),
            order: maybe(() => random.pick(["ASC", "DESC"])),
          },
          limit: maybe(() => random.pick([0, 1, 50, 51])),
        },
      }),
    },
    {
      name: "count events",
      make: ({ random }) => ({
        method: "POST",
        path: `/events/count-by/${random.pick(["day", "time", "event", "resource", "week"])}`,
        body: {
          filter: { occurred: { since: "2001-01-01T00:00:00Z", until: "2001-01-02T00:00:00Z" } },
          time_unit: random.pick(["day", "hour", "week", "minute", "second", "year"]),
          time_interval: random.pick([1, 2, 0.5, 0]),
        },
      }),
    },
  ],
};
