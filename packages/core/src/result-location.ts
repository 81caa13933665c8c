/**
 * Where a result is kept outside the server, written `scheme:place`. The scheme names the kind of store; only that store reads
 * the place: `local:ab/3f0c…ab`, `s3://bucket/results/3f0c…ab`. Every reader of a location uses this file.
 */
export interface ResultLocation {
  readonly scheme: string;
  readonly place: string;
}

/** The schemes of RFC 3986, in lower case. */
const pattern = /^([a-z][a-z0-9+.-]*):(.*)$/s;

/** Undefined for text that is not a location. */
export function parseResultLocation(text: string): ResultLocation | undefined {
  const [, scheme, place] = pattern.exec(text) ?? [];
  return scheme === undefined || place === undefined ? undefined : { scheme, place };
}

export function formatResultLocation({ scheme, place }: ResultLocation): string {
  return `${scheme}:${place}`;
}

export function isResultScheme(text: string): boolean {
  return parseResultLocation(`${text}:`)?.scheme === text;
}

/** The store of files below `OSTINATO_HOME/results`: the only one that a server reaches, in its own home folder. */
export const localResultScheme = "local";

/** A file below the folder of results. */
export interface LocalResultFile {
  /** One of many folders, so that none grows too large. */
  readonly shelf: string;
  readonly name: string;
}

/** `name` consists of letters, digits, dashes and underscores. */
export function localResultFile(name: string): LocalResultFile {
  return { shelf: name.slice(-2), name };
}

export function localResultPlace({ shelf, name }: LocalResultFile): string {
  return `${shelf}/${name}`;
}

/** Undefined for every other place: it comes from elsewhere and must not lead out of the folder. */
export function parseLocalResultPlace(place: string): LocalResultFile | undefined {
  const [, shelf, name] = /^([\w-]{2})\/([\w-]+)$/.exec(place) ?? [];
  return shelf === undefined || name === undefined ? undefined : { shelf, name };
}

/** A phrase for people: "in a file on the machine that made it (local:ab/…)", "at s3://bucket/…". */
export function describeResultLocation(text: string): string {
  return parseResultLocation(text)?.scheme === localResultScheme
    ? `in a file on the machine that made it (${text})`
    : `at ${text}`;
}

/** The name of the store in a word or two: "a file", "s3". */
export function storeOfResult(text: string): string {
  const scheme = parseResultLocation(text)?.scheme;
  return scheme === undefined ? "a store" : scheme === localResultScheme ? "a file" : scheme;
}
