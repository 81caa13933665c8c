import { expect, test } from "vitest";
import { createSilence } from "./silence.ts";

const run = (sign: string, intervalSeconds = 30) => [{ id: "r", sign, intervalSeconds }];

/** Looks at these moments, and gives those at which the run was lost. */
function lostAt(moments: readonly number[], signAt: (moment: number) => string): readonly number[] {
  const silence = createSilence(15);
  return moments.filter((moment) => silence.look(run(signAt(moment)), moment).some(({ lost }) => lost));
}

const every15 = (until: number) => Array.from({ length: until / 15 + 1 }, (_, index) => index * 15);

test("a run is lost after three of its intervals without a sign", () => {
  expect(lostAt(every15(120), () => "1")[0]).toBe(105);
  expect(lostAt(every15(300), (moment) => String(Math.floor(moment / 90)))).toEqual([]);
});

test("time in which the server could not hear does not count", () => {
  expect(lostAt([0, 15, 30, 3600, 3615, 3630], () => "1")).toEqual([]);
  expect(lostAt([0, 15, 30, 3600, 3615, 3630, 3645, 3660, 3675], () => "1")).toEqual([3675]);
});

test("a run that was out of sight for a moment starts with a full interval", () => {
  const silence = createSilence(15);
  silence.look(run("1", 5), 0);
  silence.look([], 10);
  expect(silence.look(run("1", 5), 20)).toEqual([]);
  expect(silence.look(run("1", 5), 36)).toEqual([{ id: "r", silentSeconds: 16, lost: true }]);
});
