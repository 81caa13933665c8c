import { resolve } from "node:path";
import { secretMask } from "@ostinato/core";
import { PullStepError } from "./pull-step-error.ts";

/** A repository, and the right to read it, apart from each other. */
export interface GitAddress {
  /** Without credentials, so that it may be shown, and given to git as an argument. */
  readonly url: string;
  /** Gives git the credentials. */
  readonly environment: Readonly<Record<string, string>>;
  /** The text with stars for the credentials. */
  readonly redact: (text: string) => string;
}

export interface GitCredentials {
  readonly username: string | undefined;
  /** A token or a password. */
  readonly secret: string;
}

/** Reads an address with the credentials that are given for it, or that are part of it. Local paths start from the folder. */
export function gitAddress(
  repository: string,
  credentials: GitCredentials | undefined,
  { folder, environment }: { readonly folder: string; readonly environment: NodeJS.ProcessEnv },
): GitAddress {
  if (repository.startsWith("-")) throw new PullStepError(`"${repository}" is not the address of a repository.`);
  const parsed = /^https?:\/\//i.test(repository) ? URL.parse(repository) : undefined;
  if (parsed === null) throw new PullStepError("the address of the repository can't be read as a URL.");
  if (parsed === undefined) return plainAddress(repository, credentials, folder);
  const found = credentials ?? credentialsIn(parsed);
  parsed.username = "";
  parsed.password = "";
  if (found === undefined) return { url: parsed.href, environment: {}, redact: (text) => text };
  refuseUnencrypted(parsed);
  return { url: parsed.href, ...withHeader(parsed, found, environment) };
}

/** A path, or an address of ssh, whose keys are the machine's. */
function plainAddress(repository: string, credentials: GitCredentials | undefined, folder: string): GitAddress {
  if (credentials !== undefined) {
    throw new PullStepError(
      `"${repository}" takes no credentials: they are for addresses with https. ssh uses the keys of the machine.`,
    );
  }
  const isPath = !/^[a-z][a-z0-9+.-]*:\/\//i.test(repository) && !/^[^/\\]+:(?!\\)/.test(repository);
  return { url: isPath ? resolve(folder, repository) : repository, environment: {}, redact: (text) => text };
}

function credentialsIn({ username, password }: URL): GitCredentials | undefined {
  const [name, secret] = [decodeURIComponent(username), decodeURIComponent(password)];
  if (name === "" && secret === "") return undefined;
  return secret === "" ? { username: undefined, secret: name } : { username: name, secret };
}

function refuseUnencrypted({ protocol, hostname, href }: URL): void {
  if (protocol === "https:" || ["localhost", "127.0.0.1", "[::1]"].includes(hostname)) return;
  throw new PullStepError(`the credentials would travel unencrypted to ${href}; use https.`);
}

/** In the environment and not in the arguments, which all users of a machine see. */
function withHeader(url: URL, { username, secret }: GitCredentials, environment: NodeJS.ProcessEnv) {
  const pair = Buffer.from(`${username ?? usualUsername(url.hostname)}:${secret}`).toString("base64");
  const count = Number(environment.GIT_CONFIG_COUNT ?? 0);
  return {
    environment: {
      GIT_CONFIG_COUNT: String(count + 1),
      [`GIT_CONFIG_KEY_${count}`]: `http.${url.origin}/.extraHeader`,
      [`GIT_CONFIG_VALUE_${count}`]: `Authorization: Basic ${pair}`,
    },
    redact: (text: string) =>
      [secret, encodeURIComponent(secret), pair].reduce((shown, each) => shown.replaceAll(each, secretMask), text),
  };
}

/** Beside a token, which says by itself whose it is. */
function usualUsername(host: string): string {
  if (host.includes("gitlab")) return "oauth2";
  return host.includes("bitbucket") ? "x-token-auth" : "x-access-token";
}
