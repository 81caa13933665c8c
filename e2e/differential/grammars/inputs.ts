import type { Grammar } from "../grammar.ts";

const keys = ["s", "r", "in-1", "in-2", "100%", "a b"];
const schema = JSON.stringify({
  title: "Answer",
  type: "object",
  properties: { a: { type: "integer", title: "A", minimum: 0 } },
  required: ["a"],
});

export const inputs: Grammar = {
  noun: "inputs of flow runs",
  operations: [
    {
      name: "keep an input",
      needs: ["flow run"],
      weight: 2,
      make: ({ some, random, maybe }) => ({
        method: "POST",
        path: `/flow_runs/${some("flow run")}/input`,
        body: {
          key: random.pick(keys),
          value: random.pick(["1", '"x"', schema, schema]),
          sender: maybe(() => random.pick(["prefect.flow-run.x", null])),
        },
      }),
    },
    {
      name: "read an input",
      needs: ["flow run"],
      make: ({ some, random }) => ({
        method: "GET",
        path: `/flow_runs/${some("flow run")}/input/${random.pick(["s", "r", "in-1", "none"])}`,
      }),
    },
    {
      name: "filter inputs",
      needs: ["flow run"],
      weight: 2,
      make: ({ some, random, maybe }) => ({
        method: "POST",
        path: `/flow_runs/${some("flow run")}/input/filter`,
        body: {
          prefix: random.pick(["", "in-", "%", "s"]),
          limit: maybe(() => random.pick([1, 10, 0])),
          exclude_keys: maybe(() => random.pick([["in-1"], []])),
        },
      }),
    },
    {
      name: "delete an input",
      needs: ["flow run"],
      make: ({ some, random }) => ({
        method: "DELETE",
        path: `/flow_runs/${some("flow run")}/input/${random.pick(["s", "r", "in-1", "none"])}`,
      }),
    },
  ],
  documented: [
    { method: "POST", path: "/flow_runs/{id}/input", parameters: { id: "flow run" } },
    { method: "POST", path: "/flow_runs/{id}/input/filter", parameters: { id: "flow run" } },
  ],
};
