import { futureMoments, type Grammar, type Making, pastMoments } from "../grammar.ts";

const line = ({ random, maybe, some, word }: Making) => ({
  name: random.pick(["prefect.flow_runs", "own.logger"]),
  level: random.pick([0, 10, 20, 40]),
  message: `line ${word()} ${random.pick(["plain", "with 100% and _", "zwei\nZeilen", ""])}`,
  timestamp: random.pick([...pastMoments, "2020-03-04T05:06:07.000001Z"]),
  flow_run_id: some("flow run"),
  task_run_id: maybe(() => random.pick([some("task run"), null])),
});

export const logs: Grammar = {
  noun: "logs",
  operations: [
    {
      name: "write logs",
      needs: ["flow run"],
      weight: 3,
      make: (making) => ({
        method: "POST",
        path: "/logs/",
        body: Array.from({ length: making.random.pick([0, 1, 3]) }, () => line(making)),
      }),
    },
    {
      name: "filter logs",
      needs: ["flow run"],
      weight: 3,
      make: ({ random, maybe, some }) => ({
        method: "POST",
        path: "/logs/filter",
        body: {
          logs: {
            flow_run_id: { any_: [some("flow run")] },
            level: maybe(() => random.pick([{ ge_: 20 }, { le_: 10 }, { ge_: 10, le_: 20 }, {}])),
            timestamp: maybe(() => random.pick([{ after_: pastMoments[1] }, { before_: futureMoments[0] }, {}])),
            task_run_id: maybe(() =>
              random.pick<unknown>([{ any_: [some("task run")] }, { is_null_: true }, { is_null_: false }]),
            ),
            text: maybe(() => ({ query: random.pick(["plain", "-plain", "100%", "line _", '"zwei"', ""]) })),
          },
          sort: random.pick(["TIMESTAMP_ASC", "TIMESTAMP_DESC", null]),
          limit: maybe(() => random.pick([200, null])),
        },
      }),
    },
    {
      name: "download logs",
      needs: ["flow run"],
      make: ({ some }) => ({ method: "GET", path: `/flow_runs/${some("flow run")}/logs/download` }),
    },
  ],
  documented: [{ method: "POST", path: "/logs/" }],
};
