import type { Grammar } from "../grammar.ts";

export const savedSearches: Grammar = {
  noun: "saved searches",
  makes: { "PUT /saved_searches/": "saved search" },
  removal: { "saved search": "/saved_searches/{id}" },
  operations: [
    {
      name: "save a search",
      make: ({ random, maybe }) => ({
        method: "PUT",
        path: "/saved_searches/",
        body: {
          name: random.pick(["mine", "yours"]),
          filters: maybe(() =>
            random.pick<unknown>([
              [],
              [{ object: "flow_run", property: "name", type: "string", operation: "like", value: "x" }],
            ]),
          ),
        },
      }),
    },
    {
      name: "read a saved search",
      needs: ["saved search"],
      make: ({ some }) => ({ method: "GET", path: `/saved_searches/${some("saved search")}` }),
    },
    {
      name: "list saved searches",
      make: ({ random, maybe }) => ({
        method: "POST",
        path: "/saved_searches/filter",
        body: maybe(() => ({ limit: random.pick([1, 200, 0]), offset: random.pick([0, 1]) })),
      }),
    },
    {
      name: "delete a saved search",
      needs: ["saved search"],
      make: ({ some }) => ({ method: "DELETE", path: `/saved_searches/${some("saved search")}` }),
    },
  ],
  documented: [
    { method: "PUT", path: "/saved_searches/" },
    { method: "POST", path: "/saved_searches/filter" },
  ],
};
