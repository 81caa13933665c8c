import { type Checkpoint, writeCheckpoint } from "@ostinato-examples/modelling/checkpoints";
import { openDatabase, parquet } from "@ostinato-examples/modelling/duckdb";
import type { Month } from "./flights.ts";

/** The features of a flight when it leaves the gate. Usual delays come from earlier months only. */
export const featureNames = [
  "hour",
  "weekday",
  "distance",
  /** Usual delay of flights from this airport at this hour, and of those to the destination. */
  "origin_usual",
  "destination_usual",
  /** Usual delay on this route at this time of day, and the number of flights behind it: small outside the timetable. */
  "route_usual",
  "route_flights",
  /** Delay of the flights that left this airport and have landed in the last three hours, and their number. */
  "origin_recent",
  "origin_recent_flights",
] as const;

/** The flights of a month aggregated by route and time of day. */
export interface MonthHistory extends Checkpoint {
  readonly month: string;
}

export interface MonthFeatures extends Checkpoint {
  readonly month: string;
}

export async function addUpHistory({ month, path }: Month, folder: string): Promise<MonthHistory> {
  using database = await openDatabase();
  return { month, ...(await writeCheckpoint(database, { folder, name: `history-${month}`, sql: historySql(path) })) };
}

/** Adds features to each flight of a month, from the months before and from the month's own hours before the flight. */
export async function buildFeatures(
  month: Month,
  history: readonly MonthHistory[],
  folder: string,
): Promise<MonthFeatures> {
  const name = `features-${month.month}`;
  const earlier = history.filter((other) => other.month < month.month).map(({ path }) => path);
  if (earlier.length === 0) throw new Error(`Features for ${month.month} need the flights of an earlier month.`);
  using database = await openDatabase();
  const sql = featuresSql(month.path, earlier);
  return { month: month.month, ...(await writeCheckpoint(database, { folder, name, sql })) };
}

/** A reproducible random sample of flights from all months. */
export async function sampleFeatures(
  months: readonly MonthFeatures[],
  rows: number,
  folder: string,
): Promise<Checkpoint> {
  using database = await openDatabase();
  const sql = `SELECT * FROM ${parquet(months.map(({ path }) => path))} AS flight ORDER BY hash(flight), departure LIMIT ${rows}`;
  return await writeCheckpoint(database, { folder, name: "sample", sql });
}

/** The resolution of a route's timetable, a divisor of an hour. */
const slotMinutes = 20;

/** Weight of the airport's mean in the mean of a route, in flights, so that one late flight does not look like a habit. */
const priorFlights = 3;

/** A single delay of twelve hours must not dominate an airport's mean. */
const capped = "least(greatest(delay, -60), 180)";

const slot = `(hour(departure) * 60 + minute(departure)) // ${slotMinutes}`;
const hourOfSlot = `slot * ${slotMinutes} // 60`;

function historySql(flights: string): string {
  return `
    SELECT origin, destination, ${slot} AS slot, sum(${capped})::double AS total, count(*) AS flights
    FROM ${parquet([flights])} GROUP BY ALL`;
}

/**
 * Times are local to the airport of departure, so the landing time is estimated on its clock: 30 minutes on the ground and 8 miles a
 * minute, rounded to the full hour, and only complete hours count.
 */
function featuresSql(month: string, earlier: readonly string[]): string {
  return `
    WITH flights AS (
      SELECT *, hour(departure) AS hour, ${slot} AS slot, date_trunc('hour', departure) AS full_hour
      FROM ${parquet([month])}
    ),
    routes AS (
      SELECT origin, destination, slot, sum(total) AS total, sum(flights) AS flights FROM ${parquet(earlier)} GROUP BY ALL
    ),
    overall AS (SELECT sum(total) / sum(flights) AS usual FROM routes),
    origins AS (SELECT origin, ${hourOfSlot} AS hour, sum(total) / sum(flights) AS usual FROM routes GROUP BY ALL),
    destinations AS (SELECT destination, ${hourOfSlot} AS hour, sum(total) / sum(flights) AS usual FROM routes GROUP BY ALL),
    landed AS (
      SELECT
        origin,
        date_trunc('hour', departure + to_minutes((30 + distance / 8)::int)) AS landed_hour,
        sum(${capped}) AS total,
        count(*) AS flights
      FROM flights GROUP BY ALL
    ),
    recent AS (
      SELECT origin, landed_hour + to_hours(ago) AS full_hour, sum(total) AS total, sum(flights) AS flights
      FROM landed, (SELECT unnest([1, 2, 3]) AS ago) GROUP BY ALL
    )
    SELECT
      departure,
      delay::float AS delay,
      (hour(departure) + minute(departure) / 60.0)::float AS hour,
      isodow(departure)::float AS weekday,
      distance::float AS distance,
      coalesce(origins.usual, overall.usual)::float AS origin_usual,
      coalesce(destinations.usual, overall.usual)::float AS destination_usual,
      ((coalesce(routes.total, 0) + ${priorFlights} * coalesce(origins.usual, overall.usual))
        / (coalesce(routes.flights, 0) + ${priorFlights}))::float AS route_usual,
      coalesce(routes.flights, 0)::float AS route_flights,
      coalesce(recent.total / (recent.flights + ${priorFlights}), 0)::float AS origin_recent,
      coalesce(recent.flights, 0)::float AS origin_recent_flights
    FROM flights CROSS JOIN overall
    LEFT JOIN origins USING (origin, hour)
    LEFT JOIN destinations USING (destination, hour)
    LEFT JOIN routes USING (origin, destination, slot)
    LEFT JOIN recent USING (origin, full_hour)`;
}
