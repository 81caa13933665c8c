import type { ColumnTypes } from "../columns.ts";
import type { MigrationStep } from "./step.ts";

const hourMicros = 3_600_000_000;

/**
 * How many events of each name occurred in each hour. Triggers count, so that every server that writes or removes events does, also one
 * of an earlier version. On PostgreSQL writers that change the same row would wait for each other: there each adds a row to
 * `event_count_change`, and a server moves these to `event_count` now and again.
 */
export function up({ moment, sequence }: ColumnTypes): readonly MigrationStep[] {
  const table = `CREATE TABLE event_count (hour ${moment} NOT NULL, event text NOT NULL, count ${moment} NOT NULL,
    PRIMARY KEY (hour, event))`;
  return [
    { sqlite: [`${table} WITHOUT ROWID`], postgresql: [table] },
    `CREATE TABLE event_count_change (seq ${sequence}, hour ${moment} NOT NULL, event text NOT NULL, count ${moment} NOT NULL)`,
    { sqlite: sqliteTriggers, postgresql: postgresTriggers },
    `INSERT INTO event_count (hour, event, count) SELECT ${hourOf("occurred")}, event, count(*) FROM event GROUP BY 1, 2`,
  ];
}

const ofOld = `hour = ${hourOf("OLD.occurred")} AND event = OLD.event`;

const sqliteTriggers = [
  `CREATE TRIGGER event_added AFTER INSERT ON event BEGIN
    INSERT INTO event_count (hour, event, count) VALUES (${hourOf("NEW.occurred")}, NEW.event, 1)
      ON CONFLICT (hour, event) DO UPDATE SET count = count + 1;
    END`,
  `CREATE TRIGGER event_removed AFTER DELETE ON event BEGIN
    UPDATE event_count SET count = count - 1 WHERE ${ofOld};
    DELETE FROM event_count WHERE ${ofOld} AND count = 0;
    END`,
];

const postgresTriggers = [
  `CREATE OR REPLACE FUNCTION count_events() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO event_count_change (hour, event, count)
      SELECT ${hourOf("occurred")}, event, CASE TG_OP WHEN 'DELETE' THEN -count(*) ELSE count(*) END FROM changed GROUP BY 1, 2;
    RETURN NULL;
    END $$`,
  `CREATE TRIGGER event_added AFTER INSERT ON event REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION count_events()`,
  `CREATE TRIGGER event_removed AFTER DELETE ON event REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION count_events()`,
];

/** When the hour begins in which a moment is, also before 1970. */
function hourOf(occurred: string): string {
  return `${occurred} - (${occurred} % ${hourMicros} + ${hourMicros}) % ${hourMicros}`;
}
