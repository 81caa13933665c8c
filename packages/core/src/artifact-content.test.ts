import { describe, expect, test } from "vitest";
import { contentOf, tableOf } from "./artifact-content.ts";

describe("the data of an artifact", () => {
  test.each([
    [
      '[{"a":1,"b":2},{"a":3}]',
      {
        columns: ["a", "b"],
        rows: [
          [1, 2],
          [3, undefined],
        ],
      },
    ],
    [
      '{"a":[1,2],"b":[3]}',
      {
        columns: ["a", "b"],
        rows: [
          [1, 3],
          [2, undefined],
        ],
      },
    ],
    [
      "[[1,2],[3,4]]",
      {
        columns: ["1", "2"],
        rows: [
          [1, 2],
          [3, 4],
        ],
      },
    ],
    [[{ a: 1 }], { columns: ["a"], rows: [[1]] }],
  ])("is a table in any of its spellings: %j", (data, table) => expect(tableOf(data)).toEqual(table));

  test("is shown as what it is when it is not what its type says", () => {
    expect(contentOf({ type: "table", data: "no table" })).toEqual({ kind: "json", value: "no table" });
    expect(contentOf({ type: "markdown", data: { a: 1 } })).toEqual({ kind: "json", value: { a: 1 } });
    expect(contentOf({ type: "progress", data: 140 })).toEqual({ kind: "progress", share: 1 });
  });
});
