import { type Grammar, nowhere } from "../grammar.ts";

const plain = ["/health", "/hello", "/ready", "/version", "/admin/storage", "/nowhere", "/flows", "/flow_runs/abc"];

export const server: Grammar = {
  noun: "the server itself",
  operations: [
    { name: "read a plain route", make: ({ random }) => ({ method: "GET", path: random.pick(plain) }) },
    {
      name: "say a version",
      make: ({ random }) => ({
        method: "GET",
        path: "/health",
        headers: {
          "x-prefect-api-version": random.pick(["0.8.4", "0.7.0", "1.0.0", "abc", "0.8", "1.2.3.4", "-1.2.3"]),
        },
      }),
    },
    {
      name: "ask for a token against forgery",
      make: ({ random }) => ({ method: "GET", path: `/csrf-token${random.pick([`?client=${nowhere}`, ""])}` }),
    },
    {
      name: "choose a block for results",
      make: () => ({ method: "PUT", path: "/admin/storage", body: { default_result_storage_block_id: nowhere } }),
    },
    {
      name: "observed states",
      make: ({ random }) => ({
        method: "GET",
        path: `/observed-states?order_by=NAME_ASC&query=${random.pick(["run", "ZZ", "%", "_", "x".repeat(101), " "])}`,
      }),
    },
    {
      name: "observed states with odd questions",
      make: ({ random }) => ({
        method: "GET",
        path: `/observed-states?query=none&${random.pick(["limit=0", "limit=201", "limit=200", "limit=x", "order_by=NONE", "order_by=LAST_SEEN_DESC"])}`,
      }),
    },
  ],
};
