import { describe, expect, test } from "vitest";
import { addressesIn, addressProblem, recipientsOf } from "./addresses.ts";

describe("addresses of mail", () => {
  test.each([
    ["a@x.example", ["a@x.example"]],
    ["a@x.example, b@x.example;c@x.example", ["a@x.example", "b@x.example", "c@x.example"]],
    ["a@x.example b@x.example\nc@x.example\r\n", ["a@x.example", "b@x.example", "c@x.example"]],
    ['"Doe, Jane" <jane@x.example>; Joe <joe@x.example>', ["jane@x.example", "joe@x.example"]],
    ["müller@bücher.example", ["müller@bücher.example"]],
    ["o'brien+alerts@x.example", ["o'brien+alerts@x.example"]],
    [" , ;\n", []],
  ])("of %j are all read", (text, addresses) => {
    expect(addressesIn(text).map(({ address }) => address)).toEqual(addresses);
  });

  test.each([
    ["word, b@x.example", '"word"'],
    ["not-an-address", '"not-an-address"'],
    ["Team a@x.example", '"Team"'],
    ["a@x.example\r\nBcc: c@x.example", '"Bcc:"'],
    ["Team <a@x.example> b@x.example", "is not an address"],
    ["<a@x.example", "is not an address"],
    ["a@x.example>", "is not an address"],
    ["a@@x.example", "is not an address"],
    ["@x.example", "is not an address"],
    ["", "at least one"],
  ])("of %j are refused by the part that is none", (text, says) => {
    expect(addressProblem(text)).toContain(says);
    expect(addressProblem([text])).toContain(says);
  });

  test("are those of a list, each once, whatever the case of its domain", () => {
    const found = recipientsOf(["A <a@x.example>", "a@X.example b@x.example", "A@x.example"]);
    expect(found.map(({ address }) => address)).toEqual(["a@X.example", "b@x.example", "A@x.example"]);
    expect(addressProblem(["a@x.example", 5])).toContain("5 is not an address");
    expect(addressProblem(undefined)).toContain("nothing is not an address");
  });
});
