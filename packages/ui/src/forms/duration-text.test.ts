import { expect, test } from "vitest";
import { durationText, isoDuration } from "./duration-text.ts";

test.each([
  ["1h 30m", "PT1H30M"],
  ["90 s", "PT90S"],
  ["1 day", "P1D"],
  ["2 hours 5 minutes", "PT2H5M"],
  ["1.5h", "PT1.5H"],
  ["1:30:00", "PT1H30M"],
  ["0:00", "PT0S"],
  ["pt5m", "PT5M"],
  ["P1W", "P1W"],
  [" 1d2h ", "P1DT2H"],
])("%j is %s", (text, iso) => {
  expect(isoDuration(text)).toBe(iso);
});

test.each(["", "5", "1h 2h", "soon", "1 fortnight", "P", "PT", "1h and 5m"])("%j is not a duration", (text) => {
  expect(isoDuration(text)).toBeUndefined();
});

test.each([
  ["PT1H30M", "1h 30m"],
  ["P1DT0.5S", "1d 0.5s"],
  ["PT0S", "0s"],
  ["P1W", "P1W"],
  ["-PT1H", "-PT1H"],
])("%s is shown as %s, and read as it was", (iso, text) => {
  expect(durationText(iso)).toBe(text);
  expect(isoDuration(text)).toBe(iso);
});

test("a text that is not a duration stays as it is", () => {
  expect(durationText("soon")).toBe("soon");
});
