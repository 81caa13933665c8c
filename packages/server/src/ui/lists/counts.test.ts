import { expect, test } from "vitest";
import { countsOf, maxCounted } from "./counts.ts";

test("counts are given where all were counted", () => {
  const counts = [
    { flow_id: "a", count: maxCounted - 1 },
    { flow_id: "b", count: 1 },
  ];
  expect(countsOf(counts)).toEqual({ counts, count_capped: false });
});

test("no counts are given where only some were counted, since they would say too little", () => {
  const counts = [
    { flow_id: "a", count: maxCounted },
    { flow_id: "b", count: 1 },
  ];
  expect(countsOf(counts)).toEqual({ counts: [], count_capped: true });
});
