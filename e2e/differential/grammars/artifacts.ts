import { flowRunFilter, page, taskRunFilter } from "../filters.ts";
import type { Grammar, Making } from "../grammar.ts";

const keys = ["report", "numbers", "report-2"];

const filter = ({ random, some }: Making) =>
  random.pick<unknown>([
    { key: { any_: [random.pick(keys)] } },
    { key: { like_: "REP" } },
    { key: { exists_: random.pick([true, false]) } },
    { type: { any_: ["markdown"] } },
    { type: { not_any_: ["result", "markdown"] } },
    { type: { any_: ["markdown", "table"], not_any_: ["table"] } },
    { flow_run_id: { any_: [some("flow run")] } },
    { task_run_id: { any_: [some("task run")] } },
    { operator: "or_", key: { any_: ["report"] }, type: { any_: ["table"] } },
    { operator: "or_", key: {}, type: { any_: [] } },
    {},
  ]);

const criteria = (making: Making) => ({
  artifacts: making.maybe(() => filter(making)),
  flow_runs: making.random.next() < 0.2 ? flowRunFilter(making) : undefined,
  task_runs: making.random.next() < 0.2 ? taskRunFilter(making) : undefined,
});

export const artifacts: Grammar = {
  noun: "artifacts",
  makes: { "POST /artifacts/": "artifact" },
  removal: { artifact: "/artifacts/{id}" },
  leftovers: { list: "/artifacts/filter", removal: "/artifacts/{id}" },
  operations: [
    {
      name: "create an artifact",
      weight: 3,
      make: ({ random, maybe, some }) => ({
        method: "POST",
        path: "/artifacts/",
        body: {
          key: maybe(() => random.pick([...keys, null])),
          type: maybe(() => random.pick(["markdown", "table", "progress", null])),
          description: maybe(() => random.pick(["# words", null])),
          data: maybe(() => random.pick<unknown>(["# text", [{ a: 1 }], 12.5, "12", null, { x: [true] }])),
          metadata_: maybe(() => random.pick<unknown>([{ a: "b" }, null])),
          flow_run_id: maybe(() => some("flow run")),
          task_run_id: maybe(() => some("task run")),
        },
      }),
    },
    {
      name: "read an artifact",
      needs: ["artifact"],
      make: ({ some }) => ({ method: "GET", path: `/artifacts/${some("artifact")}` }),
    },
    {
      name: "read the newest artifact of a key",
      needs: ["artifact"],
      make: ({ random }) => ({ method: "GET", path: `/artifacts/${random.pick([...keys, "none"])}/latest` }),
    },
    {
      name: "update an artifact",
      needs: ["artifact"],
      make: ({ some, random, maybe }) => ({
        method: "PATCH",
        path: `/artifacts/${some("artifact")}`,
        body: {
          data: maybe(() => random.pick<unknown>(["new", 1, null])),
          description: maybe(() => random.pick(["other words", null])),
          metadata_: maybe(() => random.pick<unknown>([{ c: "d" }, null])),
        },
      }),
    },
    {
      name: "delete an artifact",
      needs: ["artifact"],
      make: ({ some }) => ({ method: "DELETE", path: `/artifacts/${some("artifact")}` }),
    },
    {
      name: "filter artifacts",
      weight: 2,
      make: (making) => ({
        method: "POST",
        path: "/artifacts/filter",
        body: {
          ...criteria(making),
          ...page(making, ["ID_DESC", "CREATED_DESC", "UPDATED_DESC", "KEY_ASC", "KEY_DESC"]),
        },
      }),
    },
    {
      name: "filter the newest artifacts",
      weight: 2,
      make: (making) => ({
        method: "POST",
        path: "/artifacts/latest/filter",
        body: { ...criteria(making), ...page(making, ["KEY_ASC", "KEY_DESC", "CREATED_DESC", "UPDATED_DESC"]) },
      }),
    },
    {
      name: "count artifacts",
      make: (making) => ({ method: "POST", path: "/artifacts/count", body: making.maybe(() => criteria(making)) }),
    },
    {
      name: "count the keys of artifacts",
      make: (making) => ({
        method: "POST",
        path: "/artifacts/latest/count",
        body: making.maybe(() => criteria(making)),
      }),
    },
  ],
  documented: [
    { method: "POST", path: "/artifacts/" },
    { method: "PATCH", path: "/artifacts/{id}", parameters: { id: "artifact" } },
    { method: "POST", path: "/artifacts/filter" },
    { method: "POST", path: "/artifacts/latest/filter" },
    { method: "POST", path: "/artifacts/count" },
    { method: "POST", path: "/artifacts/latest/count" },
  ],
};
