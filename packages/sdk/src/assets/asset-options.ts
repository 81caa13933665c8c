export interface AssetProperties {
  /** For people. */
  readonly name?: string;
  /** At most 2500 characters. */
  readonly description?: string;
  /** Where people look at it. */
  readonly url?: string;
  readonly owners?: readonly string[];
}

/** Data that tasks make and read: a file, a table, a model. */
export interface Asset {
  /** A URI: `s3://lake/features.parquet`. */
  readonly key: string;
  readonly properties: AssetProperties | undefined;
  /** Says more of the asset that the calling task makes: `features.addMetadata({ rows: 5 })`. */
  addMetadata(metadata: AssetMetadata): void;
}

/** What is known of one making of an asset. It goes into an event, so that it has to be JSON. */
export type AssetMetadata = Readonly<Record<string, unknown>>;

/** An asset, or its key. */
export type AssetLike = Asset | string;
