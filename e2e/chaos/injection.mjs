// Preloaded into the processes under test by --import; the product has no part in it. A JSON file selects the injected faults: a moved
// clock (`clockSeconds`), a slow disk (`commitMillis` per commit of SQLite), a full disk (`diskFull`) where no real one can be had, and a
// kill (`diesAfterCommit`: the port of a server that is killed when the database has committed a transaction that wrote to the outbox,
// before the server learns of that).
import { readFileSync } from "node:fs";
import sqlite from "node:sqlite";
import { Duplex } from "node:stream";

const file = process.env.OSTINATO_CHAOS_INJECTION;
const sqliteFull = 13;
const readEveryMillis = 50;

// The claim of a run, for the marks that it writes. A worker puts it into the environment, from which it is taken before the program is
// loaded; a process that serves sends it to a process that has loaded the program. A listener would keep that process from ending.
process.env.CHAOS_CLAIM = process.env.OSTINATO__CLAIM ?? "";
const { emit } = process;
process.emit = function emitNoting(name, message, ...rest) {
  if (name === "message" && typeof message?.token === "string") process.env.CHAOS_CLAIM = message.token;
  return emit.call(this, name, message, ...rest);
};

if (file !== undefined) {
  let injected = {};
  const read = () => {
    try {
      injected = JSON.parse(readFileSync(file, "utf8"));
    } catch {
      // The file is being written or gone with its folder: keep the last settings.
    }
  };
  read();
  setInterval(read, readEveryMillis).unref();

  const trueNow = Date.now.bind(Date);
  Date.now = () => trueNow() + (injected.clockSeconds ?? 0) * 1000;

  const { prototype } = sqlite.DatabaseSync;
  const execute = prototype.exec;
  const disk = new Int32Array(new SharedArrayBuffer(4));
  prototype.exec = function exec(text) {
    if (text === "COMMIT") {
      if (injected.commitMillis > 0) Atomics.wait(disk, 0, 0, injected.commitMillis);
      if (injected.diskFull) {
        throw Object.assign(new Error("database or disk is full"), { code: "ERR_SQLITE_ERROR", errcode: sqliteFull });
      }
    }
    const done = execute.call(this, text);
    if (text === "COMMIT" && hasAppended) dieIfChosen();
    if (text === "COMMIT" || text === "ROLLBACK") hasAppended = false;
    return done;
  };

  const dieIfChosen = () => {
    const port = process.argv[process.argv.indexOf("--port") + 1];
    if (injected.diesAfterCommit === Number(port)) process.kill(process.pid, "SIGKILL");
  };

  const appends = "INSERT INTO outbox";
  let hasAppended = false;
  const { prototype: statement } = sqlite.StatementSync;
  const runStatement = statement.run;
  statement.run = function run(...values) {
    const done = runStatement.apply(this, values);
    if (done.changes > 0 && this.sourceSQL.includes(appends)) hasAppended = true;
    return done;
  };

  // PostgreSQL: a connection sends the text of a statement once and its name afterwards; the answer to a commit is its tag.
  const appendNames = new Set();
  const appending = new WeakSet();
  const committed = Buffer.from("C\0\0\0\x0bCOMMIT\0", "latin1");
  const { write, push } = Duplex.prototype;
  Duplex.prototype.write = function writeNoting(chunk, ...rest) {
    if (chunk instanceof Uint8Array) {
      const text = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString("latin1");
      const name = /([\w-]{27})\0INSERT INTO outbox/.exec(text)?.[1];
      if (name !== undefined) appendNames.add(name);
      for (const each of appendNames) if (text.includes(`\0${each}\0`)) appending.add(this);
    }
    return write.call(this, chunk, ...rest);
  };
  Duplex.prototype.push = function pushNoting(chunk, ...rest) {
    if (appending.has(this) && chunk instanceof Uint8Array) {
      if (Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).includes(committed)) {
        dieIfChosen();
        appending.delete(this);
      }
    }
    return push.call(this, chunk, ...rest);
  };
}
