import type { ColumnTypes } from "../dialect.ts";
import * as foundation from "./0001-foundation.ts";
import * as retention from "./0002-retention.ts";
import * as signsOfLife from "./0003-signs-of-life.ts";
import * as coveringIndexes from "./0004-covering-indexes.ts";
import * as observedStates from "./0005-observed-states.ts";
import * as lastSigns from "./0006-last-signs.ts";
import * as keptParameters from "./0007-kept-parameters.ts";

export interface Migration {
  readonly name: string;
  readonly up: (types: ColumnTypes) => readonly string[];
}

/** In order, each once, never changed after it was released. */
export const migrations: readonly Migration[] = [
  { name: "0001-foundation", up: foundation.up },
  { name: "0002-retention", up: retention.up },
  { name: "0003-signs-of-life", up: signsOfLife.up },
  { name: "0004-covering-indexes", up: coveringIndexes.up },
  { name: "0005-observed-states", up: observedStates.up },
  { name: "0006-last-signs", up: lastSigns.up },
  { name: "0007-kept-parameters", up: keptParameters.up },
];
