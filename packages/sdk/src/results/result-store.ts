/** A result to be written. */
export interface ResultWrite {
  /** What follows the scheme in `resultStorage`: `//bucket/prefix` of `s3://bucket/prefix`; empty where nothing follows. */
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
  /** Writes the text and returns its place, without the scheme. A reader never sees a part of it. */
  write(result: ResultWrite): Promise<string>;
  /** The text; undefined where it is gone or was never in this store. Rejects where the store cannot say. */
  read(place: string): Promise<string | undefined>;
}

/** A kind of store as a program or an integration registers it. */
export interface ResultStoreDefinition {
  /** Names the kind in `resultStorage` and in locations: `s3`. Lower-case letters, digits, plus, dot and dash. */
  readonly scheme: string;
  /** Says what to write where the text behind the scheme in `resultStorage` is wrong: `a bucket, as s3://bucket/prefix`. */
  readonly checkRoot?: (root: string) => string | undefined;
  /** Called once, before the first result is written or read: import here what the store needs. */
  readonly open: () => ResultStore | Promise<ResultStore>;
}
