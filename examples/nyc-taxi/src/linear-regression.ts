import { type Database, literal, openDatabase, parquet } from "@ostinato-examples/modelling/duckdb";

/**
 * Ridge regression of the duration on the one-hot encoded pair of zones and the distance:
 *
 *     duration = intercept + effect of the pair + slope · distance
 *
 * The matrix of a month has 74,000 rows and 13,000 columns, which the libraries at hand for JavaScript would keep whole (8 GB: they
 * are of dense matrices). With a single categorical feature none is needed, because least squares has a closed form: given the slope,
 * each pair's effect is a mean of its own trips, and the slope follows from sums within and between the pairs (the theorem of Frisch,
 * Waugh and Lovell; with the penalty, the estimator of a mixed model with a random intercept). So DuckDB's aggregates solve it, exactly.
 */
export interface LinearRegression {
  /** A Parquet file with the effect of each pair. */
  readonly path: string;
  readonly pairs: number;
  readonly intercept: number;
  readonly minutesPerMile: number;
}

export async function fitLinearRegression(trips: string, path: string): Promise<LinearRegression> {
  using database = await openDatabase();
  await database.run(`COPY (${fitSql(trips)}) TO ${literal(path)} (FORMAT parquet)`);
  return await describe(database, path);
}

/** Predicted and actual durations, in the order of the file. */
export async function predictLinear(model: string, trips: string): Promise<Predictions> {
  using database = await openDatabase();
  const columns = await database.columns(predictSql(model, trips));
  return columns as unknown as Predictions;
}

export interface Predictions {
  readonly predicted: readonly number[];
  readonly actual: readonly number[];
}

/** The weight of the penalty on the effects, as if each pair had had one more trip of average duration. */
const penalty = 1;

function describe(database: Database, path: string): Promise<LinearRegression> {
  return database.row<LinearRegression>(`
    SELECT ${literal(path)} AS path, count(*)::int AS pairs, any_value(intercept) AS intercept, any_value(slope) AS "minutesPerMile"
    FROM ${parquet([path])}`);
}

/**
 * `weight` is a pair's weight between the pairs once its effect is fitted: n·λ / (n + λ). An unknown distance counts as the pair's mean. A
 * month in which no distance varies has no slope.
 */
function fitSql(trips: string): string {
  return `
    WITH all_trips AS (SELECT avg(distance) AS usual_distance FROM ${parquet([trips])}),
    known AS (
      SELECT pair, coalesce(distance, avg(distance) OVER (PARTITION BY pair), usual_distance, 0) AS distance, duration
      FROM ${parquet([trips])}, all_trips
    ),
    pairs AS (
      SELECT
        pair,
        count(*) AS trips,
        avg(distance) AS distance,
        avg(duration) AS duration,
        regr_sxx(duration, distance) AS within_xx,
        regr_sxy(duration, distance) AS within_xy,
        count(*) * ${penalty} / (count(*) + ${penalty}) AS weight
      FROM known GROUP BY pair
    ),
    centre AS (
      SELECT sum(weight * distance) / sum(weight) AS distance, sum(weight * duration) / sum(weight) AS duration FROM pairs
    ),
    line AS (
      SELECT
        coalesce(
          (sum(within_xy) + sum(weight * (pairs.distance - centre.distance) * (pairs.duration - centre.duration)))
            / nullif(sum(within_xx) + sum(weight * (pairs.distance - centre.distance) ** 2), 0),
          0) AS slope,
        any_value(centre.duration) - slope * any_value(centre.distance) AS intercept
      FROM pairs, centre
    )
    SELECT
      pair,
      pairs.distance AS usual_distance,
      trips / (trips + ${penalty}) * (pairs.duration - line.intercept - line.slope * pairs.distance) AS effect,
      line.slope AS slope,
      line.intercept AS intercept
    FROM pairs, line`;
}

/** An unseen pair has no effect; all rows of the model contain the slope and the intercept. */
function predictSql(model: string, trips: string): string {
  return `
    WITH line AS (
      SELECT any_value(slope) AS slope, any_value(intercept) AS intercept, avg(usual_distance) AS usual_distance FROM ${parquet([model])}
    )
    SELECT
      line.intercept + coalesce(pairs.effect, 0)
        + line.slope * coalesce(trips.distance, pairs.usual_distance, line.usual_distance) AS predicted,
      trips.duration AS actual
    FROM read_parquet(${literal(trips)}, file_row_number = true) AS trips
    CROSS JOIN line LEFT JOIN ${parquet([model])} AS pairs USING (pair)
    ORDER BY trips.file_row_number`;
}
