import { literal, openDatabase } from "@ostinato-examples/modelling/duckdb";

/** Writes a month in which a mile takes three minutes, trips to zone 9 five more, and chance up to one. */
export async function writeMadeUpMonth(path: string): Promise<void> {
  using database = await openDatabase();
  await database.run(`
    COPY (
      SELECT TIMESTAMP '2021-01-05 08:00:00' AS lpep_pickup_datetime,
        lpep_pickup_datetime + to_seconds((180 * miles + CASE dropoff WHEN 9 THEN 300 ELSE 0 END + hash(i) % 60)::int) AS lpep_dropoff_datetime,
        pickup AS "PULocationID", dropoff AS "DOLocationID", miles AS trip_distance
      FROM (SELECT i, i % 4 AS pickup, i % 10 AS dropoff, (1 + i % 13)::double AS miles FROM range(2000) AS t(i)))
    TO ${literal(path)} (FORMAT parquet)`);
}
