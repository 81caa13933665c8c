import { expect, test } from "vitest";
import { plainText, styledText } from "./ansi.ts";

const sequence = "\u001b[";

test("a message without sequences is one piece, untouched", () => {
  expect(styledText("loss 0.5 [31m <b>")).toEqual([{ text: "loss 0.5 [31m <b>", style: undefined }]);
});

test("named colours are tokens of the theme, bright or not", () => {
  const [red, plain, green] = styledText(`${sequence}31mred${sequence}0m and ${sequence}92mgreen`);
  expect(red).toEqual({ text: "red", style: { color: "var(--state-failed)" } });
  expect(plain).toEqual({ text: " and ", style: undefined });
  expect(green).toEqual({ text: "green", style: { color: "var(--state-completed)" } });
});

test("colours of the palette and true colours keep within what the theme can show", () => {
  const [orange, grey, own] = styledText(`${sequence}38;5;208ma${sequence}38;5;240mb${sequence}38;2;1;2;3mc`);
  expect(orange?.style?.color).toContain("from rgb(255, 135, 0) clamp(");
  expect(grey?.style?.color).toContain("from rgb(88, 88, 88) clamp(");
  expect(own?.style?.color).toContain("from rgb(1, 2, 3) clamp(");
});

test("weights, slants, lines and backgrounds are shown, and end where they are ended", () => {
  const [bold, under, tinted] = styledText(
    `${sequence}1;3mbold${sequence}22;23m${sequence}4;9mlines${sequence}24;29m${sequence}41mtinted${sequence}49m`,
  );
  expect(bold?.style).toEqual({ fontWeight: 700, fontStyle: "italic" });
  expect(under?.style).toEqual({ textDecoration: "underline line-through" });
  expect(tinted?.style).toMatchObject({ color: "var(--text)", backgroundColor: expect.stringContaining("22%") });
});

test("what moves a cursor, sets a title or makes a link is left out of the text", () => {
  const link = "\u001b]8;;https://example.com\u0007docs\u001b]8;;\u0007";
  expect(plainText(`${sequence}2K${sequence}1Astep ${sequence}32m3${sequence}0m of 5, ${link}\u001b(B.`)).toBe(
    "step 3 of 5, docs.",
  );
});
