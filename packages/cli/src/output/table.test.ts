import { expect, test } from "vitest";
import { type Column, tableLines } from "./table.ts";

interface Row {
  readonly id: string;
  readonly name: string;
  readonly count: number;
}

const columns: readonly Column<Row>[] = [
  { title: "ID", value: ({ id }) => id },
  { title: "NAME", value: ({ name }) => name, flexible: true },
  { title: "COUNT", value: ({ count }) => count, align: "right" },
];

test("columns are as wide as what is in them", () => {
  const rows = [
    { id: "a1", name: "train", count: 7 },
    { id: "b22", name: "evaluate", count: 12_000 },
  ];
  expect(tableLines(rows, columns)).toEqual(["ID   NAME      COUNT", "a1   train         7", "b22  evaluate  12000"]);
});

test("only what may be cut is cut to the terminal", () => {
  const rows = [{ id: "0193c1f0-5f6a", name: "a very long name of a flow run", count: 1 }];
  const [head, line] = tableLines(rows, columns, 36);
  expect(line).toBe("0193c1f0-5f6a  a very long n…      1");
  expect(head?.length).toBeLessThanOrEqual(36);
});

test("a terminal that is far too narrow still shows something of everything", () => {
  const rows = [{ id: "0193c1f0-5f6a", name: "a very long name", count: 1 }];
  expect(tableLines(rows, columns, 10)[1]).toBe("0193c1f0-5f6a  a very …      1");
});

test("wide characters take two columns", () => {
  const rows = [
    { id: "1", name: "学習", count: 1 },
    { id: "2", name: "abcd", count: 2 },
  ];
  expect(tableLines(rows, columns).slice(1)).toEqual(["1   学習      1", "2   abcd      2"]);
});

test("what a run wrote can't steer the terminal", () => {
  const rows = [{ id: "1", name: "red\x1b[31m\nand\x07 more\u009b", count: 1 }];
  expect(tableLines(rows, columns)[1]).toBe("1   red␛[31m and␇ more�      1");
});
