import type { Registration } from "./registration.ts";

export interface StartOptions {
  readonly host?: string;
  readonly port?: number;
  readonly background?: boolean;
  /** Seconds to wait for a PostgreSQL that does not answer yet. */
  readonly wait?: number;
  readonly json?: boolean;
  /** Set for the child of `--background`: tells its parent how the start went. */
  readonly announce?: boolean;
  /** Set by a program that has a server only for its own time: the server stops when that program is gone. */
  readonly withParent?: boolean;
}

/** What the child of `--background` tells its parent. */
export type Announcement =
  | { readonly kind: "started"; readonly registration: Registration }
  | { readonly kind: "failed"; readonly message: string };
