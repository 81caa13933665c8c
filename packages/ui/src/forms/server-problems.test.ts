import { expect, test } from "vitest";
import { problemInRefusal, problemsFromServer, withServerProblems } from "./server-problems.ts";

test("what the server says is told at its place, in words", () => {
  const problems = problemsFromServer([
    "Additional properties are not allowed ('b' was unexpected)",
    { property: "code", errors: ["'ABC' does not match '^a'"] },
    {
      property: "cities",
      errors: [{ index: 1, errors: [{ property: "name", errors: ["1 is not of type 'string'"] }] }],
    },
    { property: "mail", errors: ["'nobody' is not a 'email'", "'nobody' is too short"] },
    { property: "day", errors: ["'2026-02-30' is not a 'date'"] },
  ]);
  expect(problems).toEqual([
    { path: [], message: "Unknown here: 'b'." },
    { path: ["code"], message: "This does not fit the pattern ^a" },
    { path: ["cities", "1", "name"], message: "Write text." },
    { path: ["mail"], message: "Write an e-mail address." },
    { path: ["mail"], message: "'nobody' is too short" },
  ]);
});

test.each([
  [
    "Error creating flow run: Validation failed for field 'depth'. Failure reason: 'x' is not of type 'integer'",
    { path: ["depth"], message: "Write a whole number." },
  ],
  [
    "Error creating flow run: Validation failed for field 'cities[1].name'. Failure reason: 5 is less than the minimum of 7",
    { path: ["cities", "1", "name"], message: "At least 7." },
  ],
  [
    `Error creating flow run: Validation failed for field "['my field']". Failure reason: None is not of type 'string'`,
    { path: ["my field"], message: "This field is required." },
  ],
  [
    "Error creating flow run: Validation failed. Failure reason: 'path' is a required property",
    { path: ["path"], message: "This field is required." },
  ],
  ["Deployment not found", undefined],
])("a refusal is told at the field that it names: %s", (sentence, problem) => {
  expect(problemInRefusal(sentence)).toEqual(problem);
});

test("the server's word stands where the form has none", () => {
  const own = [{ path: ["home", "name"], message: "This field is required." }];
  const other = { path: ["code"], message: "This does not fit the pattern ^a" };
  expect(withServerProblems(own, [{ path: ["home"], message: "This fits none of the choices." }, other])).toEqual([
    ...own,
    other,
  ]);
});
