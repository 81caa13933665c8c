import { expect, test } from "vitest";
import { withoutPasswords } from "./url-passwords.ts";

test.each([
  ["postgresql://me:s3cret@db/sales", "postgresql://me:********@db/sales"],
  ["postgres//me:s3cret@db/sales", "postgres//me:********@db/sales"],
  ["mysql://me:s3/c?r#e@t@db/sales", "mysql://me:********@db/sales"],
  ["postgresql://:s3cret@db", "postgresql://:********@db"],
  ["postgresql://db/sales?user=me&password=s3cret&x=1", "postgresql://db/sales?user=me&password=********&x=1"],
  ['No server at "http://me:s3cret@h:1/api" (refused)', 'No server at "http://me:********@h:1/api" (refused)'],
  ["http://127.0.0.1:4200/api", "http://127.0.0.1:4200/api"],
  ["postgresql://me@db:5432/sales", "postgresql://me@db:5432/sales"],
])("%s", (text, shown) => {
  expect(withoutPasswords(text)).toBe(shown);
});
