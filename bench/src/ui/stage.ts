import type { Browser } from "@ostinato/testing/browser";
import type { Connections } from "../http-load.ts";

/** The setup that measurements of pages share. */
export interface Stage {
  readonly origin: string;
  readonly server: Connections;
  readonly browser: Browser;
  close(): Promise<void>;
}
