import { join } from "node:path";
import { literal, openDatabase } from "@ostinato-examples/modelling/duckdb";

/** A month of made-up trips: always the same for the same month and number. */
export interface MadeUpMonth {
  /** Such as `2024-01`. */
  readonly month: string;
  readonly trips: number;
}

/**
 * Writes a month in the shape of the records of New York's green taxis: the same columns with the same types, `ehail_fee` without values, and from 2025
 * on the fee for congestion that the records have since. A mile takes three minutes, and more in the rush hours; the airport adds six. Some records are
 * as wrong as the real ones are.
 */
export async function writeMonth(folder: string, { month, trips }: MadeUpMonth): Promise<string> {
  const path = join(folder, `green_tripdata_${month}.parquet`);
  using database = await openDatabase();
  await database.run(`COPY (${monthSql(month, trips)}) TO ${literal(path)} (FORMAT parquet)`);
  return path;
}

/** A number from 0 to 1 that only the month, the trip and the purpose decide. */
function chance(month: string, purpose: string): string {
  return `((hash(concat_ws('|', ${literal(month)}, i, ${literal(purpose)})) % 1000000) / 1e6)`;
}

const airport = 132;

function monthSql(month: string, trips: number): string {
  const of = (purpose: string) => chance(month, purpose);
  const fee =
    month >= "2025" ? `, (CASE WHEN ${of("fee")} < 0.2 THEN 0.75 ELSE 0 END)::double AS cbd_congestion_fee` : "";
  return `
    SELECT
      (1 + floor(2 * ${of("vendor")}))::integer AS "VendorID",
      pickup AS lpep_pickup_datetime,
      pickup + to_seconds((60 * minutes)::int) AS lpep_dropoff_datetime,
      'N' AS store_and_fwd_flag,
      1::bigint AS "RatecodeID",
      from_zone AS "PULocationID",
      to_zone AS "DOLocationID",
      (1 + floor(4 * ${of("people")}))::bigint AS passenger_count,
      CASE WHEN ${of("distance is wrong")} < 0.001 THEN 90000.0 ELSE round(miles, 2) END AS trip_distance,
      round(3 + 2.5 * miles, 2) AS fare_amount,
      0.5 AS extra,
      0.5 AS mta_tax,
      round(${of("tip")} * 3, 2) AS tip_amount,
      0.0 AS tolls_amount,
      NULL::integer AS ehail_fee,
      0.3 AS improvement_surcharge,
      round(4.3 + 2.5 * miles, 2) AS total_amount,
      (1 + floor(2 * ${of("payment")}))::bigint AS payment_type,
      1::bigint AS trip_type,
      2.75 AS congestion_surcharge${fee}
    FROM (
      SELECT *, 1 + miles * (3 + CASE WHEN hour(pickup) IN (8, 9, 17, 18) THEN 1.5 ELSE 0 END)
        + CASE to_zone WHEN ${airport} THEN 6 ELSE 0 END + 2 * ${of("traffic")}
        + CASE WHEN ${of("meter was left on")} < 0.01 THEN 400 ELSE 0 END AS minutes
      FROM (
        SELECT i,
          TIMESTAMP ${literal(`${month}-01 00:00:00`)} + to_seconds((28 * 86400 * ${of("time")})::bigint) AS pickup,
          (60 + floor(12 * ${of("from")}))::integer AS from_zone,
          CASE WHEN ${of("to the airport")} < 0.1 THEN ${airport} ELSE 60 + floor(12 * ${of("to")}) END::integer AS to_zone,
          0.5 + 8 * ${of("miles")} * ${of("more miles")} AS miles
        FROM range(${Number(trips)}) AS t(i)))`;
}
