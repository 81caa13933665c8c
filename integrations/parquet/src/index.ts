export { type CheckpointOptions, checkpoint, type QueryCheckpoint, type RowsCheckpoint } from "./checkpoint.ts";
export type { KeptColumn, KeptTable } from "./kept-table.ts";
export { ParquetError, type ParquetErrorCode } from "./parquet-error.ts";
export type { TablePlace } from "./place.ts";
export { openTables, readArrow, type TableSource, type TableSources, type TablesOptions } from "./tables.ts";
export { type TableContent, writeTable } from "./write.ts";
