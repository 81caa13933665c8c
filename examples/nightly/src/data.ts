import { mkdir } from "node:fs/promises";
import { writeMadeUpMonth } from "@ostinato-examples/nyc-taxi/made-up-month";

await mkdir("rides", { recursive: true });
for (const month of ["2021-01", "2021-02"]) {
  const path = `rides/green_tripdata_${month}.parquet`;
  await writeMadeUpMonth(path);
  console.log(path);
}
