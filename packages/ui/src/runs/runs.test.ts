import { describe, expect, test } from "vitest";
import { parseSearch, stringifySearch } from "../address.ts";
import { csvText } from "../components/csv.ts";
import { isFiltered, moment, readRunsSearch, runCriteria } from "./runs-search.ts";

describe("the filter of runs", () => {
  test("stands in the address as people write it, and comes back the same", () => {
    const search = { state: ["FAILED", "Late"], tag: ["a,b & c"], since: "24h" };
    const text = stringifySearch(search);
    expect(text).toBe("?state=FAILED&state=Late&tag=a%2Cb+%26+c&since=24h");
    expect(readRunsSearch(parseSearch(text.slice(1)))).toEqual(search);
  });

  test("leaves out what is no filter", () => {
    const search = readRunsSearch(parseSearch("sort=SIDEWAYS&subflows=maybe&q=&colour=red"));
    expect(search).toEqual({});
    expect(isFiltered(search)).toBe(false);
  });

  test("becomes the API's own, with types and names of states told apart", () => {
    const now = Date.parse("2026-01-02T00:00:00Z");
    expect(
      runCriteria({ q: "50%", state: ["Late", "FAILED"], flow: ["f1"], since: "24h", subflows: "hide" }, now),
    ).toEqual({
      flows: { id: { any_: ["f1"] } },
      flow_runs: {
        name: { like_: "50%" },
        state: { operator: "or_", type: { any_: ["FAILED"] }, name: { any_: ["Late"] } },
        expected_start_time: { after_: "2026-01-01T00:00:00.000Z", before_: "2026-01-02T00:01:00.000Z" },
        parent_task_run_id: { is_null_: true },
      },
    });
    expect(moment("yesterday", now)).toBeUndefined();
  });
});

test("a CSV quotes what needs it, and no cell is a formula", () => {
  expect(
    csvText(
      ["a", "b"],
      [
        ['say "hi"', 3],
        ["=1+1", null],
        ["one\ntwo", -2],
      ],
    ),
  ).toBe('a,b\r\n"say ""hi""",3\r\n\'=1+1,\r\n"one\ntwo",-2');
});
