import { expect, test } from "vitest";
import { type LimitFields, problemsOf, secondsText, slotsPerSecondOf } from "./limit-fields.ts";

const fields: LimitFields = { name: "database", limit: "2", seconds: "" };

test.each<[Partial<LimitFields>, keyof LimitFields | undefined]>([
  [{}, undefined],
  [{ name: " " }, "name"],
  [{ name: "tag:" }, "name"],
  [{ name: "a/b" }, "name"],
  [{ name: "100%" }, "name"],
  [{ name: "a<b" }, "name"],
  [{ name: "tag:team/gpu" }, undefined],
  [{ name: "データ" }, undefined],
  [{ limit: "" }, "limit"],
  [{ limit: "-1" }, "limit"],
  [{ limit: "1.5" }, "limit"],
  [{ limit: "many" }, "limit"],
  [{ limit: "3000000000" }, "limit"],
  [{ limit: "0" }, undefined],
  [{ seconds: "0" }, "seconds"],
  [{ seconds: "-2" }, "seconds"],
  [{ seconds: "soon" }, "seconds"],
  [{ seconds: "0.1" }, undefined],
])("of %o the problem is at %s", (given, field) => {
  expect(Object.keys(problemsOf({ ...fields, ...given }))).toEqual(field === undefined ? [] : [field]);
});

test.each(["2", "0.1", "7", "3600", ""])("%s seconds for a slot stay what they are", (seconds) => {
  expect(secondsText(slotsPerSecondOf({ ...fields, seconds }))).toBe(seconds);
});
