import { inspect } from "node:util";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { secret } from "../index.ts";
import { recordParameters } from "../inputs/recorded-parameters.ts";
import { tableJson } from "../table-cells.ts";
import { containsRevealed, redact, redactInside } from "./redaction.ts";

/** Passwords as people and generators make them. */
const awkward = [
  `p@ss/w"ord horse`,
  "it's 100% (safe) & <sound>",
  "C:\\users\\new\\table",
  "müller+söhne=😀",
  "tab\tand\u001b[0mescape",
  "-----BEGIN KEY-----\nMIIB+/abc\n  zz==\n-----END KEY-----",
];

const json = (text: string) => JSON.stringify(text).slice(1, -1);
const ascii = (text: string) =>
  json(text).replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
const base64 = (text: string) => Buffer.from(text).toString("base64");

const spellings: Record<string, (text: string) => string> = {
  "as it is": (text) => text,
  "as JSON": json,
  "as JSON in JSON": (text) => json(json(text)),
  "as JSON in JSON in JSON": (text) => json(json(json(text))),
  "as JSON of ASCII only": ascii,
  inspected: (text) => inspect(text),
  "inspected in an object": (text) => inspect({ deep: { options: [text] } }, { breakLength: 20 }),
  "inspected, then as JSON": (text) => json(inspect({ password: text })),
  "in an address": encodeURIComponent,
  "in an address of lower case": (text) => encodeURIComponent(text).replace(/%../g, (code) => code.toLowerCase()),
  "in the path of an address": encodeURI,
  "in an address in an address": (text) => encodeURIComponent(encodeURIComponent(text)),
  "in a form": (text) => new URLSearchParams({ text }).toString().slice("text=".length),
  "in a page": (text) => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`),
  "in base64": base64,
  "in base64 for addresses": (text) => Buffer.from(text).toString("base64url"),
  "in base64 behind a user": (text) => base64(`me:${text}`),
  "in base64 behind a longer user": (text) => base64(`etl:${text}`),
  "in base64 amid other bytes": (text) => base64(`user:${text}\n`),
  "in hex": (text) => Buffer.from(text).toString("hex"),
  "in hex of upper case": (text) => Buffer.from(text).toString("hex").toUpperCase(),
};

test("among thousands of secrets each is found, and what holds none is told so", () => {
  const tokens = Array.from({ length: 2000 }, (_, n) => `token-${n}-${(n * 7919) % 9973}-end`);
  for (const token of tokens) secret(token).reveal();
  expect(tokens.filter((token) => redact(`Bearer ${token}`) !== "Bearer ********")).toEqual([]);
  expect(containsRevealed("token-1-and nothing more")).toBe(false);
});

describe("a secret that was revealed is blotted out", () => {
  test.each(Object.entries(spellings))("%s", (_, spell) => {
    for (const text of awkward) {
      secret(text).reveal();
      const clean = redact(`before (${spell(text)}) after`);
      expect(clean).toContain("********");
      expect(clean).toMatch(/^before .* after$/s);
      for (const word of text.match(/\w{4,}/g) ?? []) expect(clean).not.toContain(word);
      expect(clean).not.toContain(spell(text));
    }
  });

  test("whatever it is, in every spelling", () => {
    const texts = fc.string({ unit: "grapheme", minLength: 6, maxLength: 40 }).map((text) => text.trim());
    fc.assert(
      fc.property(texts, fc.constantFrom(...Object.values(spellings)), (text, spell) => {
        fc.pre(text.length >= 6);
        secret(text).reveal();
        const spelled = spell(text);
        expect(redact(`<${spelled}>`)).not.toContain(spelled);
      }),
      { numRuns: 200 },
    );
  });

  test("where it is broken into lines by inspect", () => {
    const text = "first line of it\nsecond line of it\nthird line of it";
    secret(text).reveal();
    const shown = inspect({ a: { b: { key: text } } }, { breakLength: 40 });
    expect(shown).toMatch(/\+\n/);
    expect(redact(shown)).toBe("{\n  a: {\n    b: {\n      key: '********'\n    }\n  }\n}");
  });
});

test("fields, elements and entries of what is secret are secret, and the password of an address by itself", () => {
  const connection = {
    user: "reader-of-all",
    options: [new Map([["token", "tk-88-tk"]]), new Set(["one-of-a-set"])],
    url: new URL("mysql://app:s%40cret-pw@db/x"),
    raw: Buffer.from("raw-bytes-key"),
    port: 5432,
  };
  secret(connection).reveal();
  for (const leaf of ["reader-of-all", "tk-88-tk", "one-of-a-set", "s@cret-pw", "s%40cret-pw", "raw-bytes-key"])
    expect(redact(`it is ${leaf}!`)).toBe("it is ********!");
  expect(redact("token: on port 5432")).toBe("token: on port 5432");
  secret(90417).reveal();
  expect(redactInside({ pin: 90417, "90417": [904170] })).toEqual({ pin: "********", "********": [904170] });
});

test("a number of many digits is a secret too, however it is written down", async () => {
  secret("9007199254740993").reveal();
  const rows = [{ id: 9007199254740993n }, { id: 9007199254740995n }];
  expect(tableJson(rows)).toBe('[{"id":"********"},{"id":9007199254740995}]');
  const { shown } = await recordParameters({ asked: { rows }, checkJson: async (parameters) => parameters });
  expect(JSON.stringify(shown)).toBe('{"rows":[{"id":"********"},{"id":9007199254740995}]}');
});

test("a short secret counts where it stands alone", () => {
  secret("q7").reveal();
  expect(redact("user=q7, seq7en, Q7, (q7)")).toBe("user=********, seq7en, Q7, (********)");
  expect(redactInside({ rows: 7, key: "q7" })).toEqual({ rows: 7, key: "********" });
});

test("of secrets that overlap nothing is left", () => {
  secret("abcd-blue").reveal();
  secret("blue-wxyz").reveal();
  secret("abcd-blue-wxyz-more").reveal();
  expect(redact("an abcd-blue-wxyz here, and abcd-blue-wxyz-more")).toBe("an ******** here, and ********");
});

test("a secret as long as a file is found from its first character to its last", () => {
  const long = Array.from({ length: 4000 }, (_, line) => `line ${line} of a long secret`).join("\n");
  secret(long).reveal();
  expect(redact(`<${long}>`)).toBe("<********>");
  expect(redact(JSON.stringify({ long }))).toBe('{"long":"********"}');
});

test("looking takes time in proportion to the text, whatever is repeated in it", () => {
  for (const text of [
    '\\\\abc"x',
    'abcd\\"\\"\\"x',
    "aaaa\n\n\n\nbbbb",
    "%25%25%25%25x",
    "++++++++++",
    "\\\\\\\\",
    "/////////",
  ]) {
    secret(text).reveal();
  }
  for (const unit of ["\\", "a", "\n", "abcd", '\\"', "%25", " ", "+", "aaaa\\n", "' +\n"]) {
    const text = `${unit.repeat(20_000)}!`;
    expect(redact(text).endsWith("!")).toBe(true);
  }
});
