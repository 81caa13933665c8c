// Loaded into the processes under test by --import, never by the product itself. A file says, as JSON, what they suffer from:
// a clock that somebody has moved (`clockSeconds`), a disk that takes its time (`commitMillis` for each commit of SQLite), and a
// full disk (`diskFull`), for where none can be had for real.
import { readFileSync } from "node:fs";
import sqlite from "node:sqlite";

const file = process.env.OSTINATO_CHAOS_AFFLICTIONS;
const sqliteFull = 13;
const readEveryMillis = 50;

if (file !== undefined) {
  let suffered = {};
  const read = () => {
    try {
      suffered = JSON.parse(readFileSync(file, "utf8"));
    } catch {
      // It is being written just now, or gone with its folder: as before.
    }
  };
  read();
  setInterval(read, readEveryMillis).unref();

  const trueNow = Date.now.bind(Date);
  Date.now = () => trueNow() + (suffered.clockSeconds ?? 0) * 1000;

  const { prototype } = sqlite.DatabaseSync;
  const execute = prototype.exec;
  const disk = new Int32Array(new SharedArrayBuffer(4));
  prototype.exec = function exec(text) {
    if (text === "COMMIT") {
      if (suffered.commitMillis > 0) Atomics.wait(disk, 0, 0, suffered.commitMillis);
      if (suffered.diskFull) {
        throw Object.assign(new Error("database or disk is full"), { code: "ERR_SQLITE_ERROR", errcode: sqliteFull });
      }
    }
    return execute.call(this, text);
  };
}
