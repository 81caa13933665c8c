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

export interface MonthFeatures extends Checkpoint {
  readonly month: string;
}

/** Adds to each flight of a month its features, from the months before and from the month's own hours before the flight. */
export async function buildFeatures(month: Month, earlier: readonly Month[], folder: string): Promise<MonthFeatures> {
  if (earlier.length === 0) throw new Error(`Features for ${month.month} need the flights of an earlier month.`);
  using database = await openDatabase();
  const sql = featuresSql(month, earlier);
  const checkpoint = await writeCheckpoint(database, { folder, name: `features-${month.month}`, sql });
  return { month: month.month, ...checkpoint };
}

/** Flights that a mean of few flights on a route is made up with at the mean of the airport, so that one late flight is no habit. */
const priorFlights = 3;

/** Minutes of a slot: how finely the timetable of a route is seen. */
const slotMinutes = 20;

/** One delay of twelve hours must not be the mood of an airport. */
const capped = "least(greatest(delay, -60), 180)";

/**
 * Times are local to the airport of departure, so a flight's landing is reckoned on the clock that it left by: 30 minutes on the
 * ground and 8 miles a minute, to the full hour, and only hours that are over count.
 */
function featuresSql(month: Month, earlier: readonly Month[]): string {
  return `
    WITH flights AS (
      SELECT *, hour(departure) AS hour, ${slot} AS slot, date_trunc('hour', departure) AS full_hour
      FROM ${parquet([month.path])}
    ),
    past AS (
      SELECT origin, destination, hour(departure) AS hour, ${slot} AS slot, ${capped} AS delay
      FROM ${parquet(earlier.map(({ path }) => path))}
    ),
    overall AS (SELECT avg(delay) AS usual FROM past),
    origins AS (SELECT origin, hour, avg(delay) AS usual FROM past GROUP BY ALL),
    destinations AS (SELECT destination, hour, avg(delay) AS usual FROM past GROUP BY ALL),
    routes AS (SELECT origin, destination, slot, sum(delay) AS total, count(*) AS flights FROM past GROUP BY ALL),
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

const slot = `(hour(departure) * 60 + minute(departure)) // ${slotMinutes}`;
