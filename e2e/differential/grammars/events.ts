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

/** Nothing happened then. */
const occurred = { since: "2001-01-01T00:00:00Z", until: "2001-01-02T00:00:00Z" };

function criteria({ random, maybe }: Making) {
  const labels = () => random.pick<unknown>([{ "shop.kind": "a" }, { "shop.kind": ["a", "!b*"] }, {}]);
  return {
    occurred: random.pick<unknown>([
      occurred,
      occurred,
      { ...occurred, until: occurred.since },
      { ...occurred, until: "2000-01-01T00:00:00Z" },
    ]),
    event: maybe(() =>
      random.pick<unknown>([
        { name: ["order.placed"] },
        { prefix: ["order."], exclude_prefix: ["order.p"] },
        { exclude_name: ["order.sent"] },
        { name: [] },
        {},
        null,
      ]),
    ),
    resource: maybe(() =>
      random.pick<unknown>([
        { id: ["shop.order.1"] },
        { id_prefix: ["shop."] },
        { labels: labels() },
        { distinct: true },
        { id: ["shop.order.1"], distinct: false },
        null,
      ]),
    ),
    related: maybe(() =>
      random.pick<unknown>([
        { id: ["shop.customer.1"] },
        { role: ["customer"] },
        { resources_in_roles: [["shop.customer.1", "customer"]] },
        { resources_in_roles: [["shop.customer.1"]] },
        [{ role: ["customer"] }, { labels: labels() }],
        null,
      ]),
    ),
    any_resource: maybe(() =>
      random.pick<unknown>([{ id: ["shop.order.1"] }, { id_prefix: ["shop."] }, [{ labels: labels() }], []]),
    ),
    id: maybe(() => random.pick<unknown>([{ id: [nextId(random.next())] }, { id: [] }, { id: ["no id"] }])),
    text: maybe(() => random.pick<unknown>([{ query: "order -sent" }, { query: "" }, { query: '"a b" +c' }])),
    order: maybe(() => random.pick(["ASC", "DESC", "asc"])),
  };
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
      weight: 3,
      make: (making) => ({
        method: "POST",
        path: "/events/filter",
        body: { filter: criteria(making), limit: making.maybe(() => making.random.pick([0, 1, 50, 51])) },
      }),
    },
    {
      name: "next page of events",
      make: ({ random }) => ({
        method: "GET",
        path: `/events/filter/next${random.pick(["", "?page-token=", "?page-token=abc", "?page-token=bm90aGluZw=="])}`,
      }),
    },
    {
      name: "count events",
      weight: 2,
      make: (making) => ({
        method: "POST",
        path: `/events/count-by/${making.random.pick(["day", "time", "event", "resource", "week"])}`,
        body: {
          filter: making.random.pick<unknown>([{ occurred }, criteria(making)]),
          time_unit: making.maybe(() => making.random.pick(["day", "hour", "week", "minute", "second", "year"])),
          time_interval: making.maybe(() => making.random.pick([1, 2, 0.5, 0])),
        },
      }),
    },
  ],
};
