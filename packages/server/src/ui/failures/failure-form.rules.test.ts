import { expect, test } from "vitest";
import { commonMessage, failureForm } from "./failure-form.rules.ts";

test.each([
  ["numbers", "loss is NaN in round 212", "loss is NaN in round 7", "loss is NaN in round …"],
  ["parts of names", "no such table tmp_42", "no such table tmp_7", "no such table tmp_…"],
  [
    "ids",
    "run 64a1a8d5-5b0c-4a36-90f0-1d6f0a2f1f5d is gone",
    "run 0f6f0a2f-5b0c-4a36-90f0-1d6f0a2f1f5d is gone",
    "run … is gone",
  ],
  [
    "digests and addresses",
    "<Model at 0x7f12ab> has digest 9f2c1e",
    "<Model at 0x1> has digest 12345678",
    "<Model at …> has digest …",
  ],
  ["quoted values", "KeyError: 'month'", 'KeyError: "the year"', "KeyError: …"],
  ["paths", "cannot open /data/2021-01/part-7.parquet", "cannot open ./x/y.parquet", "cannot open …"],
  [
    "addresses",
    "GET https://api.example.com/a?b=1 answered 503",
    "GET http://127.0.0.1:9/ answered 502",
    "GET … answered …",
  ],
  ["times", "no rows since 2026-11-05T03:00:00Z", "no rows since 2026-11-28 03:00:00.123", "no rows since …"],
  ["the lines after the first", "boom\n  at fit (/w/a.ts:3:1)", "boom\n  at load (/w/b.ts:9:1)", "boom"],
])("%s do not tell failures apart", (_, one, other, form) => {
  expect([failureForm(one), failureForm(other)]).toEqual([form, form]);
});

test("words do", () => {
  expect(failureForm("ValueError: no rows")).not.toBe(failureForm("ValueError: no columns"));
  expect(failureForm("CUDA out of memory")).toBe("CUDA out of memory");
  expect(failureForm("the cafe added a facade")).toBe("the cafe added a facade");
});

test("what is the same in all of them is told as it is", () => {
  expect(commonMessage(["HTTP 503 for part 1", "HTTP 503 for part 2"])).toBe("HTTP 503 for part …");
  expect(commonMessage(["no 'a' in '/x/y'", "no 'a' in '/x/z'"])).toBe("no 'a' in …");
  expect(commonMessage(["boom\n at a", "boom\n at b"])).toBe("boom");
});

test("a message of any length is quick to fold", () => {
  expect(failureForm(`${"/a".repeat(500_000)}!`).length).toBeLessThanOrEqual(300);
  expect(failureForm("'".repeat(1_000_000)).length).toBeLessThanOrEqual(300);
});
