import { type Actor, localOperator } from "./actor.ts";

/** What a request brings along that says who it is from: header values. */
export interface Credentials {
  readonly authorization: string | undefined;
  /** Undefined unless the request is from a page of this server. */
  readonly cookie: string | undefined;
}

/** Finds out who asks. Nobody that it knows is `anonymous`. */
export interface Authentication {
  /** False where nobody is asked who they are. */
  readonly required: boolean;
  ofRequest(credentials: Credentials): Actor | Promise<Actor>;
  /** By the token in the first frame of a websocket. */
  ofToken(token: string): Actor;
  /** How pages sign in; undefined where they need not. */
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
  /** Whether the browser came by https. */
  readonly secure: boolean;
}

/** Nobody is asked: whoever reaches the server may do everything. */
export const openToAll: Authentication = {
  required: false,
  ofRequest: () => localOperator,
  ofToken: () => localOperator,
  sessions: undefined,
};
