import { type Checkpoint, writeCheckpoint } from "@ostinato-examples/modelling/checkpoints";
import { openDatabase, parquet } from "@ostinato-examples/modelling/duckdb";
import type { Month } from "./flights.ts";

/** What a model knows of a flight when it leaves the gate. Usual delays come from earlier months only. */
export const featureNames = [
  "hour",
  "weekday",
  "distance",
  /** Usual delay of flights from this airport at this hour, and of those to the destination. */
  "origin_usual",
  "destination_usual",
  /** Usual delay on this route at this time of day, and how many flights that is known from: few, where none is scheduled. */
  "route_usual",
  "route_flights",
  /** Delay of the flights that left this airport and have landed in the last three hours, and how many. */
  "origin_recent",
  "origin_recent_flights",
] as const;

/** The flights of a month added up by route and time of day. */
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

/** Adds to each flight of a month its features, from the months before and from the month's own hours before the flight. */
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

/** The same flights each time, by chance from all the months. */
export async function sampleFeatures(
  months: readonly MonthFeatures[],
  rows: number,
  folder: string,
): Promise<Checkpoint> {
  using database = await openDatabase();
  const sql = `SELECT * FROM ${parquet(months.map(({ path }) => path))} AS flight ORDER BY hash(flight), departure LIMIT ${rows}`;
  return await writeCheckpoint(database, { folder, name: "sample", sql });
}

/** How finely the timetable of a route is seen: a whole number of these makes an hour. */
const slotMinutes = 20;

/** Flights that a mean of few flights on a route is made up with at the mean of the airport, so that one late flight is no habit. */
const priorFlights = 3;

/** One delay of twelve hours must not be the mood of an airport. */
const capped = "least(greatest(delay, -60), 180)";

const slot = `(hour(departure) * 60 + minute(departure)) // ${slotMinutes}`;
const hourOfSlot = `slot * ${slotMinutes} // 60`;

function historySql(flights: string): string {
  return `
    SELECT origin, destination, ${slot} AS slot, sum(${capped})::double AS total, count(*) AS flights
    FROM ${parquet([flights])} GROUP BY ALL`;
}

/**
 * Times are local to the airport of departure, so a flight's landing is reckoned on the clock that it left by: 30 minutes on the
 * ground and 8 miles a minute, to the full hour, and only hours that are over count.
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
