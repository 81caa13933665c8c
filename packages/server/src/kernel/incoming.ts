/** A request as operations see it: one that came by HTTP, or one of this process's own. */
export interface Incoming {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly protocol: string;
  readonly host: string;
  /** The remote address of its connection. */
  readonly ip: string;
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
}

/** The `host` of requests that this process makes of itself: nobody else reaches it. */
export const inProcessHost = "in-process";

export interface Outgoing {
  header(name: string, value: string): unknown;
}
