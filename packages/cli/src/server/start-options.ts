import type { Registration } from "./registration.ts";

export interface StartOptions {
  readonly host?: string;
  readonly port?: number;
  readonly background?: boolean;
  /** Seconds to wait for a PostgreSQL that does not answer yet. */
  readonly wait?: number;
  readonly json?: boolean;
  /** Set for the child of `--background`: reports the outcome of the start to its parent. */
  readonly announce?: boolean;
  /** Set by a program that needs a server during its own lifetime: the server stops when that program is gone. */
  readonly withParent?: boolean;
}

/** A message from the child of `--background` to its parent. */
export type Announcement =
  | { readonly kind: "started"; readonly registration: Registration }
  | { readonly kind: "failed"; readonly message: string };
