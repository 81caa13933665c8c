import { type Actor, localOperator } from "./actor.ts";

/** Header values of a request that may identify its caller. */
export interface Credentials {
  readonly authorization: string | undefined;
  /** Undefined unless the request is from a page of this server. */
  readonly cookie: string | undefined;
  /** The remote address of the connection. */
  readonly address: string;
}

/**
 * Identifies callers; an unknown one is `anonymous`. Throws `Overloaded` for a password from an address that has sent too many
 * wrong ones.
 */
export interface Authentication {
  /** False if no credentials are required. */
  readonly required: boolean;
  ofRequest(credentials: Credentials): Actor | Promise<Actor>;
  /** Identifies a caller by the token in the first frame of a websocket, and by the remote address of its connection. */
  ofToken(token: string, address: string): Actor;
  /** The sign-in of pages; undefined if they need none. */
  readonly sessions: PageSessions | undefined;
}

export interface PageSessions {
  /** The `Set-Cookie` of a new session, or undefined where user and password are others. */
  begin(given: SignIn): Promise<string | undefined>;
  /** The `Set-Cookie` that ends a session. */
  end(): Promise<string>;
}

export interface SignIn {
  readonly user: string;
  readonly password: string;
  /** Whether the browser connected by https. */
  readonly secure: boolean;
  /** The remote address of the connection. */
  readonly address: string;
}

/** No credentials are required: everybody who reaches the server has full access. */
export const openToAll: Authentication = {
  required: false,
  ofRequest: () => localOperator,
  ofToken: () => localOperator,
  sessions: undefined,
};
