import { listIn, present, type RawSearch, textIn } from "../address.ts";

export interface ArtifactListSearch {
  readonly q?: string;
  readonly type?: readonly string[];
}

export function readArtifactListSearch(search: RawSearch): ArtifactListSearch {
  return present({ q: textIn(search, "q"), type: listIn(search, "type") });
}

export interface ArtifactSearch {
  /** The displayed version, and the one it is compared with. */
  readonly version?: string;
  readonly against?: string;
}

export function readArtifactSearch(search: RawSearch): ArtifactSearch {
  return present({ version: textIn(search, "version"), against: textIn(search, "against") });
}
