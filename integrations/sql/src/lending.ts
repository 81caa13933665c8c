import { UsageError } from "ostinato";
import { DatabaseError } from "./database-error.ts";
import type { Connection, Engine } from "./engine.ts";
import { InputProblem, SourceFailure } from "./input-problem.ts";

/** A connection in the hands of one caller. */
export interface Lent {
  readonly connection: Connection;
  readonly engine: Engine;
  /** Does something with the connection. What goes wrong rejects with an error that tells it in words. */
  tried<T>(act: () => Promise<T>): Promise<T>;
  giveBack(): Promise<void>;
}

export type Lend = () => Promise<Lent>;

const unknownOutcome =
  "Nobody knows whether the statement was carried out: look before you send it again, or use transaction().";
const nothingKept = "The transaction was not kept: run it again.";

/** Lends connections of the engine that `open` gives, one to each caller. */
export function lendingOf(url: string, open: () => Promise<Engine>): Lend {
  return async () => {
    const engine = await open();
    const told = (error: unknown) => tellingError(error, { url, engine, ifLost: unknownOutcome });
    const connection = await engine.connect().catch((error: unknown) => {
      throw told(error);
    });
    let isBroken = false;
    return {
      connection,
      engine,
      async tried(act) {
        try {
          return await act();
        } catch (error) {
          isBroken ||= engine.isConnectionLost(error);
          throw told(error);
        }
      },
      giveBack: () => connection.release(isBroken),
    };
  };
}

/** Lends one connection to all callers of a transaction. */
export function lendingWithin(url: string, { connection, engine }: Lent): Lend {
  return async () => ({
    connection,
    engine,
    async tried(act) {
      try {
        return await act();
      } catch (error) {
        throw tellingError(error, { url, engine, ifLost: nothingKept });
      }
    },
    giveBack: async () => {},
  });
}

export async function using<T>(lend: Lend, act: (lent: Lent) => Promise<T>): Promise<T> {
  const lent = await lend();
  try {
    return await lent.tried(() => act(lent));
  } finally {
    await lent.giveBack();
  }
}

interface Telling {
  readonly url: string;
  readonly engine: Engine;
  /** What is said of the outcome where the connection is lost. */
  readonly ifLost: string;
}

export function tellingError(error: unknown, { url, engine, ifLost }: Telling): unknown {
  if (error instanceof SourceFailure) return error.cause;
  if (error instanceof DatabaseError || error instanceof UsageError) return error;
  if (error instanceof InputProblem)
    return new DatabaseError(url, { code: "DATABASE_VALUE_REFUSED", message: error.message });
  const { code, message } = engine.explain(error);
  const whole = engine.isConnectionLost(error) ? `${message} ${ifLost}` : message;
  return new DatabaseError(url, { code, message: whole }, error);
}
