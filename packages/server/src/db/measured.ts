import type { Metrics } from "../kernel/metrics.ts";
import { type Database, DatabaseUnavailable } from "./dialect.ts";

/** The database, with its units of work timed and those under way counted. */
export function measured(database: Database, metrics: Metrics): Database {
  let underWay = 0;
  metrics.gauge({
    name: "database_writes_under_way",
    help: "Units of work that wait for the database or are being done",
    read: () => underWay,
  });
  return {
    ...database,
    async write(work, options) {
      const began = performance.now();
      underWay += 1;
      try {
        const value = await database.write(work, options);
        metrics.observe("database_write_seconds", (performance.now() - began) / 1000);
        return value;
      } catch (error) {
        if (error instanceof DatabaseUnavailable) metrics.add("database_errors_total");
        throw error;
      } finally {
        underWay -= 1;
      }
    },
  };
}
