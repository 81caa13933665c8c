import { isIP } from "node:net";

/** The headers that tell where a request comes from; undefined for absent ones. */
export interface Caller {
  readonly method: string;
  readonly host: string | undefined;
  readonly origin: string | undefined;
  /** `Sec-Fetch-Site`, `-Mode` and `-Dest`: written by the browser itself, out of reach of a page's scripts. */
  readonly site: string | undefined;
  readonly mode: string | undefined;
  readonly dest: string | undefined;
}

export interface OriginPolicy {
  /** The host that the server listens on. */
  readonly host: string;
  readonly corsOrigins: readonly string[];
  readonly allowedHosts: readonly string[];
}

export interface HostPolicy extends OriginPolicy {
  /** Names of this machine. */
  readonly ownNames: readonly string[];
  /** The `user:password` that the server asks for. */
  readonly authString: string | undefined;
}

/**
 * A sentence when the request is addressed to a name that is not this server's. A page of evil.example can make its own name
 * point to 127.0.0.1 (DNS rebinding), or to where else the server listens, and would then be of the same origin; its `Host`
 * still gives it away. An IP address is nobody's to point elsewhere. Where a password is asked for, such a page learns nothing: the browser
 * keeps what signs somebody in for the name under which they signed in.
 */
export function refuseHost(host: string | undefined, policy: HostPolicy): string | undefined {
  if (policy.authString !== undefined) return undefined;
  if (host === undefined) return undefined; // No browser leaves it out.
  const name = hostname(host);
  if (name !== undefined && isLoopback(name)) return undefined;
  if (policy.allowedHosts.some((allowed) => sameName(allowed, host, name))) return undefined;
  if (!isLoopback(policy.host) && name !== undefined && isOfMachine(name, policy)) return undefined;
  return `"${host}" is not a name of this server. If it is one, for example behind a proxy, add it to OSTINATO_SERVER_ALLOWED_HOSTS.`;
}

/**
 * A sentence when a page of another origin stands behind the request. Programs send neither `Origin` nor `Sec-Fetch-Site`,
 * and are never refused.
 */
export function refuseOrigin(caller: Caller, policy: OriginPolicy): string | undefined {
  if (isCorsOrigin(caller.origin, policy) || isOwnPage(caller, policy)) return undefined;
  return caller.site !== undefined && isNavigation(caller) ? undefined : refusal(caller.origin);
}

/**
 * Whether the request comes from a page of this server, from a program, or from a typed address, not from a page of another
 * origin.
 */
export function isOwnPage({ origin, host, site }: Caller, policy: OriginPolicy): boolean {
  if (site !== undefined) return site === "same-origin" || site === "none";
  return origin === undefined || isOwnOrigin(origin, host, policy);
}

export function isCorsOrigin(origin: string | undefined, { corsOrigins }: OriginPolicy): boolean {
  return origin !== undefined && (corsOrigins.includes(origin) || corsOrigins.includes("*"));
}

/** A followed link. The page with the link cannot see the answer. */
function isNavigation({ method, mode, dest }: Caller): boolean {
  return method === "GET" && mode === "navigate" && dest === "document";
}

/**
 * For browsers without `Sec-Fetch-Site`, all of them over plain HTTP to a named host, and for Chrome on websockets: the origin is
 * the server's own if it equals the host that the request addresses, or a name that the operator gave the server. A proxy that
 * forwards `Host` needs no setting.
 */
function isOwnOrigin(origin: string, host: string | undefined, { allowedHosts }: OriginPolicy): boolean {
  const url = URL.parse(origin);
  if (url === null || url.host === "") return false;
  if (host !== undefined && URL.parse(`${url.protocol}//${host}`)?.host === url.host) return true;
  return allowedHosts.some((allowed) => sameName(allowed, url.host, url.hostname));
}

function refusal(origin: string | undefined): string {
  const page = origin === undefined ? "A page of another site" : `A page of ${origin}`;
  return `${page} may not use this API. To let it, add its origin to OSTINATO_SERVER_CORS_ORIGINS; if it is this server's own page behind a proxy, add its host name to OSTINATO_SERVER_ALLOWED_HOSTS.`;
}

function isOfMachine(name: string, { host, ownNames }: HostPolicy): boolean {
  return isIP(name.replace(/^\[(.*)\]$/, "$1")) !== 0 || [host, ...ownNames].some((own) => own.toLowerCase() === name);
}

export function isLoopback(name: string): boolean {
  return /^(localhost|.+\.localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i.test(name);
}

function hostname(host: string): string | undefined {
  return URL.parse(`http://${host}`)?.hostname;
}

/** An allowed name stands for itself with any port; one with a port, for that port. */
function sameName(allowed: string, host: string, name: string | undefined): boolean {
  const wanted = allowed.toLowerCase();
  return wanted === "*" || wanted === host.toLowerCase() || wanted === name?.toLowerCase();
}
