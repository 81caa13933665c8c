import { chmodSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { systemReasons } from "@ostinato/core";
import { CliError, codeOf, sentenceOf } from "../errors.ts";
import { makeFolder } from "./folders.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** Settings by the names of their environment variables. The environment overrides them. */
export type Profile = Readonly<Record<string, string>>;

/** The folder of the database file, the results and the profile. */
export function homeFolder(environment: Environment = process.env): string {
  return resolve(environment.OSTINATO_HOME || join(homedir(), ".ostinato"));
}

export function profileFile(environment: Environment = process.env): string {
  return join(homeFolder(environment), "profile.json");
}

export function readProfile(environment: Environment = process.env): Profile {
  const file = profileFile(environment);
  const text = readIfThere(file);
  if (text === undefined) return {};
  const profile = parse(file, text);
  const wrong = Object.entries(profile).find(([, value]) => typeof value !== "string");
  if (wrong !== undefined) {
    throw new CliError(`${file} gives ${wrong[0]} a value that is not a string. Write it in quotation marks.`);
  }
  return profile as Profile;
}

/** Replaces the profile atomically. Only its owner may read it, because values may be secrets. */
export function writeProfile(profile: Profile, environment: Environment = process.env): void {
  const file = profileFile(environment);
  const draft = `${file}.${process.pid}`;
  try {
    makeFolder(homeFolder(environment));
  } catch (error) {
    throw unwritableHome(homeFolder(environment), error);
  }
  try {
    writeFileSync(draft, `${JSON.stringify(profile, null, 2)}\n`, { mode: 0o600 });
    chmodSync(draft, 0o600);
    renameSync(draft, file);
  } catch (error) {
    rmSync(draft, { force: true });
    throw unwritableHome(homeFolder(environment), error);
  }
}

/** Sets the variables that the environment leaves open, for this process and its children. */
export function applyProfile(environment: NodeJS.ProcessEnv = process.env): void {
  for (const [name, value] of Object.entries(readProfile(environment))) {
    if (environment[name] === undefined && !isSaidOtherwise(name, environment)) environment[name] = value;
  }
}

/** A Prefect variable in the environment overrides the equivalent Ostinato variable in the profile. */
function isSaidOtherwise(name: string, environment: Environment): boolean {
  const alias = aliases[name];
  return alias !== undefined && environment[alias] !== undefined;
}

const aliases: Readonly<Record<string, string>> = {
  OSTINATO_API_URL: "PREFECT_API_URL",
  OSTINATO_API_AUTH_STRING: "PREFECT_API_AUTH_STRING",
  OSTINATO_SERVER_API_AUTH_STRING: "PREFECT_SERVER_API_AUTH_STRING",
};

export function unwritableHome(folder: string, error: unknown): CliError {
  const reason = systemReasons[codeOf(error) ?? ""] ?? `can't be used (${sentenceOf(error)})`;
  return new CliError(`The home folder ${folder} ${reason}. Name a folder of yours in OSTINATO_HOME.`, {
    cause: error,
  });
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const code = codeOf(error);
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw error;
  }
}

function parse(file: string, text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  } catch (error) {
    throw new CliError(
      `${file} is not valid JSON (${sentenceOf(error)}). Correct it, or remove it to start with an empty profile.`,
      {
        cause: error,
      },
    );
  }
  throw new CliError(
    `${file} does not contain a JSON object of settings. Correct it, or remove it to start with an empty profile.`,
  );
}
