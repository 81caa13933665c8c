import type { Clock } from "@ostinato/core";
import type { Logger } from "pino";
import { tooManyWrongPasswords } from "./errors.ts";

/** Wrong passwords that an address may send at once. */
const maxWrong = 10;
/** After them it may send another one in each such time. */
const secondsPerGuess = 5;
/** Beyond it, the address is forgotten from which no wrong password has come for the longest time. */
const maxClients = 10_000;

/** Slows down whoever guesses the password. Counts wrong ones by the address that they come from, in memory. */
export interface GuessLimit {
  /**
   * Whether the given password is right. Throws `Overloaded`, without looking at the password, while its address has to wait. The
   * same wrong password counts once, so that a program with a former password makes nobody wait.
   */
  check(guess: Guess): boolean;
}

export interface Guess {
  /** The address at the other end of the connection. */
  readonly address: string;
  readonly digest: Buffer;
  readonly isRight: boolean;
}

interface Client {
  /** The wrong passwords at `countedAt`. The number falls by one in each `secondsPerGuess`. */
  readonly wrong: number;
  readonly countedAt: number;
  /** The latest wrong passwords, as digests. */
  readonly digests: readonly string[];
}

const unknown: Client = { wrong: 0, countedAt: 0, digests: [] };

export function createGuessLimit({ clock, log }: { readonly clock: Clock; readonly log: Logger }): GuessLimit {
  const clients = new Map<string, Client>();

  function wrongNow({ wrong, countedAt }: Client): number {
    return Math.max(0, wrong - (clock.elapsed() - countedAt) / secondsPerGuess);
  }

  function count(name: string, client: Client, digest: string): void {
    const wrong = wrongNow(client) + 1;
    // The map keeps the order of insertion: the client that is inserted anew becomes the last to be forgotten.
    clients.delete(name);
    clients.set(name, { wrong, countedAt: clock.elapsed(), digests: [...client.digests, digest].slice(-maxWrong) });
    const [first] = clients.keys();
    if (clients.size > maxClients && first !== undefined) clients.delete(first);
    if (client.digests.length === maxWrong - 1 && wrong > maxWrong - 1)
      log.warn(
        { address: name },
        `${maxWrong} wrong passwords came from one address: it has to wait between further ones`,
      );
  }

  return {
    check({ address, digest, isRight }) {
      const name = clientAt(address);
      const client = clients.get(name) ?? unknown;
      const given = digest.toString("base64");
      if (client.digests.includes(given)) return false;
      const excess = wrongNow(client) - (maxWrong - 1);
      if (excess > 0) throw tooManyWrongPasswords(Math.ceil(excess * secondsPerGuess));
      if (!isRight) count(name, client, given);
      return isRight;
    },
  };
}

/** The address, or of IPv6 the network of 64 bits that one customer has all addresses of. */
function clientAt(address: string): string {
  const mapped = /^::ffff:([\d.]+)$/i.exec(address)?.[1];
  if (mapped !== undefined || !address.includes(":")) return mapped ?? address;
  const [before = [], after = []] = address.split("::").map((part) => part.split(":").filter((group) => group !== ""));
  const missing = Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => "0");
  return `${[...before, ...missing, ...after].slice(0, 4).join(":")}::/64`;
}
