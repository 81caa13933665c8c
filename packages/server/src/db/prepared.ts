import type { CompiledQuery, QueryResult } from "kysely";
import type { Reader, SqlDialect } from "./dialect.ts";
import { dialectOf } from "./portable.ts";

/** Stands in a query for a value that is known when it runs. */
class Slot {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/** A query of a builder, or one in SQL. */
interface Buildable<R> {
  compile(reader: Reader): CompiledQuery<R>;
}

type Slots<V> = <K extends keyof V & string>(name: K) => V[K];

/**
 * A query that is put together once for each kind of database and then run with other values. Measured: Kysely takes 30 to
 * 150 µs to build and compile a query of a few joins or twenty columns, where SQLite runs it in 10 to 20 µs.
 */
export function prepared<V extends object, R>(
  build: (reader: Reader, slot: Slots<V>) => Buildable<R>,
): (reader: Reader, values: V) => Promise<QueryResult<R>> {
  const compiled = new WeakMap<SqlDialect, CompiledQuery<R>>();
  return (reader, values) => {
    const dialect = dialectOf(reader);
    let query = compiled.get(dialect);
    if (query === undefined) {
      query = build(reader, (name) => new Slot(name) as never).compile(reader);
      compiled.set(dialect, query);
    }
    const parameters = query.parameters.map((value) => (value instanceof Slot ? values[value.name as keyof V] : value));
    return reader.executeQuery<R>({ ...query, parameters });
  };
}
