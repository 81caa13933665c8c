/** A result to be written. */
export interface ResultWrite {
  /** The text after the scheme in `resultStorage`: `//bucket/prefix` of `s3://bucket/prefix`; may be empty. */
  readonly root: string;
  /** Letters, digits, dashes and underscores. Equal names mean equal text. */
  readonly name: string;
  readonly text: string;
}

/**
 * Keeps results outside the server. The place that `write` returns travels to the server as part of the result's location and
 * comes back to `read`, possibly on another machine.
 */
export interface ResultStore {
  /** Writes the text and returns its place, without the scheme. Readers must never see a partial text. */
  write(result: ResultWrite): Promise<string>;
  /** The text; undefined where it is gone or was never in this store. Rejects where the store cannot tell. */
  read(place: string): Promise<string | undefined>;
}

/** A kind of store that a program or an integration registers. */
export interface ResultStoreDefinition {
  /** Names the kind in `resultStorage` and in locations: `s3`. Lower-case letters, digits, plus, dot and dash. */
  readonly scheme: string;
  /** Returns the expected form where the text after the scheme in `resultStorage` is wrong: `a bucket, as s3://bucket/prefix`. */
  readonly checkRoot?: (root: string) => string | undefined;
  /** Called once, before the first result is written or read: import the store's dependencies here. */
  readonly open: () => ResultStore | Promise<ResultStore>;
}
