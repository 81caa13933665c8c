/** Something that a program gave and that the database can't take, or would take wrongly without a word. */
export class InputProblem extends Error {
  override readonly name = "InputProblem";
}

/** What is said of a text of which a client would run one statement, or tell of one. */
export const oneStatement =
  "the text has more than one statement. Send each by a call of its own, in transaction() where they belong together.";

/** An error of the program's own rows on their way into a table, which is told as it is. */
export class SourceFailure extends Error {
  override readonly name = "SourceFailure";

  constructor(cause: unknown) {
    super("the rows failed", { cause });
  }
}

/** Refuses a result in which a record would lose a column. */
export function refuseEqualNames(columns: readonly string[]): void {
  const twice = columns.find((column, at) => columns.indexOf(column) !== at);
  if (twice === undefined) return;
  throw new InputProblem(`two columns of the result are named "${twice}". Give one of them another name by AS.`);
}
