import { flowFilter, page, runCriteria } from "../filters.ts";
import { fieldOf, type Grammar, type Making } from "../grammar.ts";

const tags = ({ random }: Making) => random.pick([["a"], ["a", "b"], ["b", "a", "b"], [], ["ü", "x y"]]);

export const flows: Grammar = {
  noun: "flows",
  makes: { "POST /flows/": "flow" },
  removal: { flow: "/flows/{id}" },
  operations: [
    {
      name: "create a flow",
      weight: 3,
      make: (making) => ({
        method: "POST",
        path: "/flows/",
        body: {
          name: `flow-${making.word()}`,
          tags: making.maybe(() => tags(making)),
          labels: making.maybe(() => making.random.pick([{ team: "data" }, { n: 1.5, yes: true }, {}, null])),
        },
      }),
    },
    {
      name: "create a flow again",
      needs: ["flow"],
      make: (making) => ({ method: "POST", path: "/flows/", body: { name: fieldOf(making.some("flow"), "name") } }),
    },
    { name: "read a flow", needs: ["flow"], make: ({ some }) => ({ method: "GET", path: `/flows/${some("flow")}` }) },
    {
      name: "read a flow by name",
      needs: ["flow"],
      make: ({ some, random }) => ({
        method: "GET",
        path: `/flows/name/${random.pick([fieldOf(some("flow"), "name"), "none of this name"])}`,
      }),
    },
    {
      name: "update a flow",
      needs: ["flow"],
      make: (making) => ({
        method: "PATCH",
        path: `/flows/${making.some("flow")}`,
        body: { tags: making.maybe(() => tags(making)) },
      }),
    },
    {
      name: "filter flows",
      weight: 2,
      make: (making) => ({
        method: "POST",
        path: "/flows/filter",
        body: { flows: making.maybe(() => flowFilter(making)), ...page(making, ["NAME_ASC", "NAME_DESC"]) },
      }),
    },
    {
      name: "filter flows by their runs",
      make: (making) => ({ method: "POST", path: "/flows/filter", body: runCriteria(making) }),
    },
    {
      name: "count flows",
      make: (making) => ({ method: "POST", path: "/flows/count", body: making.maybe(() => runCriteria(making)) }),
    },
    {
      name: "page flows",
      make: (making) => ({
        method: "POST",
        path: "/flows/paginate",
        body: { sort: "NAME_ASC", limit: making.random.pick([1, 2, 200]), page: making.random.pick([1, 2, 9]) },
      }),
    },
    {
      name: "delete a flow",
      ends: true,
      needs: ["flow"],
      make: ({ some }) => ({ method: "DELETE", path: `/flows/${some("flow")}` }),
    },
    {
      name: "delete some flows",
      ends: true,
      needs: ["flow"],
      make: (making) => ({
        method: "POST",
        path: "/flows/bulk_delete",
        body: { flows: { id: { any_: [making.some("flow")] } } },
      }),
    },
  ],
  documented: [
    { method: "POST", path: "/flows/" },
    { method: "PATCH", path: "/flows/{id}", parameters: { id: "flow" } },
    { method: "POST", path: "/flows/filter" },
    { method: "POST", path: "/flows/count" },
    { method: "POST", path: "/flows/paginate" },
  ],
};
