import { openSync, readSync, statSync } from "node:fs";

/** By device and inode: each is opened once in the life of the process and never closed. */
const descriptors = new Map<string, number>();

/**
 * Gives whether another program has written over the file since: its first page is that of no database, of one that is not
 * written by a log, or of an older one. SQLite itself would not see it: it reads the page from its cache or its log.
 */
export function headerWatch(file: string): () => boolean {
  const descriptor = descriptorOf(file);
  let newest: Header = { changes: 0, schema: 0 };

  function isOlder(): boolean {
    const header = readHeader(descriptor);
    if (header === undefined || header.changes < newest.changes || header.schema < newest.schema) return true;
    newest = header;
    return false;
  }
  // Reads twice, because the page may be half written the first time.
  return () => isOlder() && isOlder();
}

/** Descriptors stay open: closing any descriptor of a file ends the locks that SQLite holds on it for this process. */
function descriptorOf(file: string): number {
  const { dev, ino } = statSync(file);
  const key = `${dev}:${ino}`;
  let descriptor = descriptors.get(key);
  if (descriptor === undefined) {
    descriptor = openSync(file, "r");
    descriptors.set(key, descriptor);
  }
  return descriptor;
}

interface Header {
  /** Both only ever grow. */
  readonly changes: number;
  readonly schema: number;
}

const headerBytes = 100;
const magic = "SQLite format 3\0";
/** The file format version of a database with a write-ahead log. */
const byLog = 2;

/** Reads the header of https://sqlite.org/fileformat2.html; undefined unless it is a database with a write-ahead log. */
function readHeader(descriptor: number): Header | undefined {
  const page = Buffer.alloc(headerBytes);
  if (readSync(descriptor, page, 0, headerBytes, 0) < headerBytes) return undefined;
  if (page.toString("latin1", 0, magic.length) !== magic || page[18] !== byLog || page[19] !== byLog) return undefined;
  return { changes: page.readUInt32BE(24), schema: page.readUInt32BE(40) };
}
