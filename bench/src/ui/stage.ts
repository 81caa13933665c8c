import type { Browser } from "@ostinato/testing/browser";
import type { Connections } from "../http-load.ts";

/** What the measurements of pages need. */
export interface Stage {
  readonly origin: string;
  readonly server: Connections;
  readonly browser: Browser;
  close(): Promise<void>;
}
