import { type LookupAddress, type LookupOptions, lookup } from "node:dns";
import { isIP, type LookupFunction } from "node:net";
import type { IsReachable } from "./reachable.ts";

/** The address must not be called, which does not pass by itself. */
export class Unreachable extends Error {
  override readonly name = "Unreachable";
}

/** Throws for a host that is an address which must not be called. A name is looked at as it is connected to. */
export function refuseUnreachable(host: string, isReachable: IsReachable): void {
  if (isIP(host) !== 0 && !isReachable(host)) throw refusal(host);
}

/** Finds the addresses of a name that may be called, so that the name can't lead elsewhere a moment later. */
export function guardedLookup(isReachable: IsReachable): LookupFunction {
  return (host: string, options: LookupOptions, done) => {
    lookup(host, { ...options, all: true }, (error, found: LookupAddress[]) => {
      if (error !== null) return done(error, "", 0);
      const open = found.filter(({ address }) => isReachable(address));
      const [first] = open;
      if (first === undefined) return done(refusal(host, found[0]?.address), "", 0);
      if (options.all === true) return done(null, open);
      done(null, first.address, first.family);
    });
  };
}

function refusal(host: string, address = host): Unreachable {
  const where = host === address ? address : `${host} (${address})`;
  return new Unreachable(
    `${where} is in a private network. List the network in OSTINATO_SERVER_PRIVATE_TARGETS to let automations call it.`,
  );
}
