import type { Kysely, RawBuilder, SqlBool, Transaction } from "kysely";
import type { Logger } from "pino";
import type { Metrics } from "../kernel/metrics.ts";
import type { CellType, CellValue, ColumnTypes } from "./columns.ts";
import type { KnownChange } from "./known-change.ts";
import type { Tables, TransactionId } from "./tables.ts";

/** The writing side of a unit of work. */
export type Writer = Transaction<Tables>;
/** The reading side of a query: a database or a unit of work. */
export type Reader = Kysely<Tables>;

export interface RowsToInsert<K extends string = string, F extends string = string> {
  /** The table, perhaps with a name for it: `event`, `task_run_value AS kept`. */
  readonly into: string;
  readonly columns: Readonly<Record<K, CellType>>;
  /** With the fields of `only` beside the columns. */
  readonly rows: readonly Readonly<Record<NoInfer<K | F>, CellValue>>[];
  /** Which of the rows are added; all without it. */
  readonly only?: RowCondition<F>;
  /** Columns that the database fills in, with the SQL of their values as of the statement. */
  readonly filled?: Readonly<Record<string, string>>;
  /** The end of the statement, after the rows: `ON CONFLICT …`, `RETURNING …`. */
  readonly ending?: string;
}

/** A condition on rows that are to be inserted. */
export interface RowCondition<F extends string = string> {
  /** What the rows have beside the columns, for the condition alone. */
  readonly fields: Readonly<Record<F, CellType>>;
  /** About the row, which is named `given`. */
  readonly condition: string;
}

/** SQL that the two databases write differently. Queries take it from `portable`, for whichever database runs them. */
export interface Sql {
  /** Text search that takes the user's `%`, `_` and `\` as plain characters and ignores case. */
  contains(column: string, text: string): RawBuilder<SqlBool>;
  /** Whether a JSON array of strings holds all, or any, of the values. */
  holdsAll(column: string, values: readonly string[]): RawBuilder<SqlBool>;
  holdsAny(column: string, values: readonly string[]): RawBuilder<SqlBool>;
  /** Whether a JSON array is empty. */
  isEmptyArray(column: string): RawBuilder<SqlBool>;
  /** The elements of a JSON array as rows, in a column `value`. */
  elementsOf(column: string, alias: string): RawBuilder<unknown>;
  /** True for every row of the table while somebody waits for the answer; ends the read afterwards. */
  whileWanted(table: keyof Tables): RawBuilder<SqlBool>;
  /** The text of a field of a JSON object, or null. */
  jsonField(column: string, key: string): RawBuilder<string | null>;
  /** Whether the text of a field is before this one, character by character and not by the rules of a language. */
  jsonFieldBefore(column: string, key: string, text: string): RawBuilder<SqlBool>;
  /**
   * The rows of a JSON array of objects as a table, for queries that look for many things: `columns` are the fields with
   * their types. One parameter and one prepared statement whatever the number of rows.
   */
  rowsOf(json: string, columns: Readonly<Record<string, CellType>>): RawBuilder<unknown>;
  /**
   * Ends a SELECT that holds the rows of this table until the unit of work ends, where the database has writers side by
   * side. Rows that refer to them may still be added meanwhile.
   */
  rowLock(table: keyof Tables): RawBuilder<unknown>;
  /** Ends a SELECT whose rows others may hold in the same way meanwhile, and nobody changes. */
  sharedRowLock(table: keyof Tables): RawBuilder<unknown>;
  /** The same as `rowLock`, leaving out the rows that another unit of work holds. */
  freeRowLock(table: keyof Tables): RawBuilder<unknown>;
  /**
   * Whether every transaction up to the one in the column has ended, so that no row of theirs can still appear. On PostgreSQL
   * transactions commit in another order than that in which they began.
   */
  isSettled(column: string): RawBuilder<SqlBool>;
  /**
   * Whether a row of the table comes after a place, or after the row of another table, by the columns `xid` and `seq`, as a range of an
   * index on both. On SQLite every `xid` is 0, and a comparison of both columns would walk along all rows that come before.
   */
  isAfter(table: string, other: string | PlaceInOrder): RawBuilder<SqlBool>;
  /** Whether the column holds a transaction that this database has not begun yet: its rows were restored from another one. */
  isForeign(column: string): RawBuilder<SqlBool>;
  /**
   * The version of a row, another one after each change of it. Null where rows need not be remembered, since reading one
   * costs microseconds.
   */
  version(table: keyof Tables): RawBuilder<string | null>;
  /** The version that the rows have which the unit of work writes. */
  ownVersion(): RawBuilder<string | null>;
  /**
   * Whether this unit of work now holds the lock with this number, until it ends; never waits. True on SQLite, where all
   * units wait for each other.
   */
  tryLock(number: number): RawBuilder<SqlBool>;
}

/** A place in the order of transactions, and within one in that of its rows. */
export interface PlaceInOrder {
  readonly xid: TransactionId;
  readonly seq: number;
}

/** The parts of one database alone: every `Reader` and `Writer` carries them (`dialectOf`). */
export interface SqlDialect extends Sql {
  insertRows<R, K extends string, F extends string>(reader: Reader, insert: RowsToInsert<K, F>): Promise<R[]>;
}

export interface WriteOptions {
  /** How long to wait for a busy or absent database before giving up with `DatabaseUnavailable`; 10 s by default. */
  readonly patienceSeconds?: number;
  /**
   * The subject of a unit of a few quick statements, such as the id of a run. On PostgreSQL the unit may then share its
   * transaction with other such units, as all units do on SQLite. It may read their uncommitted writes, but fails or succeeds
   * alone.
   */
  readonly together?: string;
  /**
   * For a unit that changes a row which is remembered and otherwise only adds rows, through `later` and `insertRows`: on
   * PostgreSQL it is one statement with others of its kind. Rejects with `NotInOneStatement` where nothing was kept. Only where
   * `Sql.version` is not null.
   */
  readonly change?: KnownChange;
}

export type Work<T> = (tx: Writer, later: Writer) => Promise<T>;

/** Receivers of reports on a database. */
export interface Observers {
  readonly metrics?: Metrics | undefined;
  readonly log?: Pick<Logger, "info" | "warn" | "error"> | undefined;
}

export interface Database {
  readonly kind: "sqlite" | "postgresql";
  readonly types: ColumnTypes;
  /** Reads that take microseconds: a row, a page found by an index. */
  readonly read: Reader;
  /** Reads that may take long: counts, histories, text search. They disturb neither writers nor the event loop. */
  readonly slow: Reader;
  /** The same for a caller that may stop waiting, in a lane of its own. */
  slowFor(asker: Asker): Reader;
  /**
   * Runs a unit of work in a transaction and resolves when it is durable. Units that arrive together may share one commit,
   * but each stands or falls alone. `work` must await nothing but its own queries, and may be run again when the database
   * asks for it.
   *
   * `later` is the writer for statements of the unit whose answers nobody awaits. On PostgreSQL they are sent with the next
   * awaited statement, or with the commit, which saves a round trip each; if one fails, the whole unit fails. On SQLite it is
   * `tx`.
   */
  write<T>(work: Work<T>, options?: WriteOptions): Promise<T>;
  /**
   * Returns free space to the file system, at most so many pages in one unit of work, and gives the bytes by which the file will
   * shrink. 0 if there is too little to return, and on PostgreSQL always.
   */
  giveBackSpace(pages: number): Promise<number>;
  /** Runs statements that don't fit in a unit of work: migrations, maintenance. */
  execute(statement: string): Promise<void>;
  /** The file that is the database; undefined on PostgreSQL. */
  readonly file: DatabaseFile | undefined;
  /** Carries small messages between servers that share the database. On SQLite nobody else listens. */
  readonly notices: Notices;
  close(): Promise<void>;
  /**
   * Releases everything that this process has locked in the database, so that another connection can write before the process has
   * ended. On PostgreSQL the end of the process does that.
   */
  abandon(): void;
}

/** The readers of long queries: those of pages never wait for those of programs. */
export type ReadingLane = "pages" | "programs";

export interface Asker {
  readonly lane: ReadingLane;
  /** Aborted when nobody waits for the answer any more: the read is ended, or never begun. */
  readonly signal?: AbortSignal;
}

export interface SavedFile {
  readonly file: string;
  readonly bytes: number;
}

export interface DatabaseFile {
  /** Throws `DatabaseUnavailable` where the file is not in its place any more, or damaged. Looks now. */
  check(): void;
  /** Writes a copy of the open database beside its place, for when the file is missing there. Takes as long as copying it. */
  save(): SavedFile;
  /** Makes this process the only server of the file until it ends, and returns whether it is. May be called again. */
  claim(): boolean;
}

export interface Notices {
  /** Sends messages in their order; resolves when they are on their way, or lost with the database. */
  send(messages: readonly string[]): Promise<void>;
  /**
   * Resolves when messages arrive, or when the first attempt to listen has failed; further ones follow. `resumed` is called when
   * messages arrive again after seconds in which some may have been missed.
   */
  listen(receive: (message: string) => void, resumed: (deafSeconds: number) => void): Promise<void>;
  /** Listens on another connection, because nothing comes on the present one. */
  renew(): void;
}

/** The database is locked, full or gone. Nothing of the unit of work was kept. */
export class DatabaseUnavailable extends Error {
  override readonly name: string = "DatabaseUnavailable";
  readonly code = "DATABASE_UNAVAILABLE";
}

/** Values of one statement: SQLite takes no more, and PostgreSQL's protocol hardly. */
const maxParameters = 32_766;

export function checkParameters(count: number): void {
  if (count > maxParameters) throw new TooManyValues(count);
}

/** Nothing is wrong with the database: this was asked for by more values than it takes at once. */
export class TooManyValues extends Error {
  override readonly name = "TooManyValues";

  constructor(count: number) {
    super(`This query has ${count} values, and the maximum is ${maxParameters}: ask in several requests`);
  }
}

/** A bound on the waiting reads of `slow`. Reads beyond it would never get a reader in time. */
export const maxSlowReads = 128;

/** The time limit of one read of `slow`, on both databases. */
export const slowReadSeconds = 60;

export class ReadTookTooLong extends DatabaseUnavailable {
  override readonly name = "ReadTookTooLong";

  constructor(seconds: number) {
    super(`This took longer than ${seconds} s and was ended: ask for less, such as a shorter stretch of time`);
  }
}

/** Whoever asked has gone. */
export class NoLongerWanted extends DatabaseUnavailable {
  override readonly name = "NoLongerWanted";

  constructor() {
    super("Nobody waits for this any more");
  }
}

/** The queue of long reads is full. */
export class DatabaseBusy extends DatabaseUnavailable {
  override readonly name = "DatabaseBusy";

  constructor() {
    super(`${maxSlowReads} searches, counts and histories wait for the database already`);
  }
}
