import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { didYouMean } from "@ostinato/core";
import { exclusively } from "./exclusive.ts";
import { type Git, GitFailure, runGit, runGitOverNetwork } from "./git.ts";
import { PullStepError } from "./pull-step-error.ts";

export interface Checkout {
  /** A branch or a tag. The default branch where neither it nor a commit is given. */
  readonly branch: string | undefined;
  /** A commit, by its whole id or its beginning. */
  readonly commit: string | undefined;
  /** The only folders that are written; all where there are none. */
  readonly directories: readonly string[];
  readonly submodules: boolean;
  /** An empty folder. */
  readonly into: string;
  /** The folder of this machine's clones. */
  readonly cacheFolder: string;
}

/**
 * Writes the files of a commit into a folder, as a repository of its own. What was fetched stays in a bare clone, one for each repository on this
 * machine, so that the next checkout fetches only what is new. Several processes may do so at once. Gives the id of the commit.
 */
export async function checkOut(git: Git, checkout: Checkout): Promise<string> {
  const { into, directories, submodules, cacheFolder } = checkout;
  const cache = join(cacheFolder, `${createHash("sha256").update(git.address.url).digest("hex").slice(0, 32)}.git`);
  await mkdir(cacheFolder, { recursive: true });
  const revision = await findRevision(git, cacheFolder, checkout);
  await runGit(git, into, ["-c", "init.defaultBranch=main", "init", "--quiet"]);
  await exclusively(`${cache}.lock`, git.signal, () => mended(cache, () => fetchBoth(git, { cache, into, revision })));
  await runGit(git, into, ["remote", "add", "origin", git.address.url]);
  if (directories.length > 0) await runGit(git, into, ["sparse-checkout", "set", "--", ...directories]);
  await runGit(git, into, ["checkout", "--quiet", "--detach", "FETCH_HEAD"]);
  if (submodules) {
    await runGitOverNetwork(git, into, ["submodule", "update", "--quiet", "--init", "--recursive", "--depth", "1"]);
  }
  return (await runGit(git, into, ["rev-parse", "HEAD"])).trim();
}

/** A commit, and the reference by which it is fetched where there is one. */
interface Revision {
  readonly commit: string;
  readonly reference: string | undefined;
}

async function findRevision(git: Git, folder: string, { branch, commit }: Checkout): Promise<Revision> {
  if (commit !== undefined) return { commit, reference: undefined };
  const wanted = branch === undefined ? ["HEAD"] : [`refs/heads/${branch}`, `refs/tags/${branch}`];
  const found = await references(git, folder, wanted);
  for (const reference of wanted) {
    const id = found.get(reference);
    if (id !== undefined) return { commit: id, reference };
  }
  throw new PullStepError(
    branch === undefined ? `${git.address.url} has no commits.` : await noBranch(git, folder, branch),
  );
}

/** The references of the repository with these names, or all branches and tags, with the ids that they have. */
async function references(git: Git, folder: string, names: readonly string[]): Promise<ReadonlyMap<string, string>> {
  try {
    const told = await runGitOverNetwork(git, folder, ["ls-remote", "--quiet", "--", git.address.url, ...names]);
    const lines = told.split("\n").filter((line) => line !== "");
    return new Map(lines.map((line) => line.split("\t")).map(([id = "", name = ""]) => [name, id] as const));
  } catch (error) {
    throw error instanceof GitFailure
      ? new PullStepError(`${git.address.url} can't be cloned. git says: ${error.message}`)
      : error;
  }
}

const maxNamesTold = 10;

async function noBranch(git: Git, folder: string, branch: string): Promise<string> {
  const all = await references(git, folder, ["refs/heads/*", "refs/tags/*"]);
  const names = [
    ...new Set([...all.keys()].map((name) => name.replace(/^refs\/(heads|tags)\//, "").replace(/\^\{\}$/, ""))),
  ];
  const suggestion =
    didYouMean(branch, names) ||
    (names.length === 0
      ? ""
      : ` It has: ${names.slice(0, maxNamesTold).join(", ")}${names.length > maxNamesTold ? ", …" : "."}`);
  return `${git.address.url} has no branch or tag "${branch}".${suggestion}`;
}

interface Fetching {
  readonly cache: string;
  readonly into: string;
  readonly revision: Revision;
}

/** Fetches the commit into the cache where it is not there, and from there into the folder. */
async function fetchBoth(git: Git, { cache, into, revision }: Fetching): Promise<void> {
  if (!existsSync(join(cache, "HEAD"))) {
    await mkdir(cache, { recursive: true });
    await runGit(git, cache, ["init", "--quiet", "--bare"]);
    await runGit(git, cache, ["config", "uploadpack.allowAnySHA1InWant", "true"]);
  }
  const commit = (await commitIn(git, cache, revision.commit)) ?? (await fetchCommit(git, cache, revision));
  // The cache is trusted: it is read by the same user who has written it.
  await runGit(git, into, ["fetch", "--quiet", "--depth", "1", "--no-tags", cache, commit]);
}

/** The whole id of a commit that the cache has. */
async function commitIn(git: Git, cache: string, commit: string): Promise<string | undefined> {
  try {
    return (await runGit(git, cache, ["rev-parse", "--quiet", "--verify", `${commit}^{commit}`])).trim();
  } catch (error) {
    if (error instanceof GitFailure) return undefined;
    throw error;
  }
}

async function fetchCommit(git: Git, cache: string, { commit, reference }: Revision): Promise<string> {
  const { url } = git.address;
  // Kept under a name, so that git does not take it for garbage.
  const kept = `refs/ostinato/${createHash("sha256")
    .update(reference ?? commit)
    .digest("hex")
    .slice(0, 32)}`;
  const fetch = (...args: string[]) => runGitOverNetwork(git, cache, ["fetch", "--quiet", "--no-tags", ...args]);
  if (reference !== undefined) {
    await fetch("--depth", "1", "--", url, `+${reference}:${kept}`).catch(cannotFetch(url));
    return (await runGit(git, cache, ["rev-parse", `${kept}^{commit}`])).trim();
  }
  if (isWholeId(commit) && (await succeeds(fetch("--depth", "1", "--", url, `+${commit}:${kept}`)))) return commit;
  // Servers need not give a commit by its id, and give none by its beginning.
  const everything = ["+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"];
  await fetch("--depth", "2147483647", "--", url, ...everything).catch(cannotFetch(url));
  const found = await commitIn(git, cache, commit);
  if (found !== undefined) return found;
  throw new PullStepError(`${url} has no commit ${commit} on any branch or tag.`);
}

function isWholeId(commit: string): boolean {
  return commit.length === 40 || commit.length === 64;
}

async function succeeds(fetching: Promise<string>): Promise<boolean> {
  return await fetching.then(
    () => true,
    (error: unknown) => {
      if (error instanceof GitFailure) return false;
      throw error;
    },
  );
}

const cannotFetch = (url: string) => (error: unknown) => {
  throw error instanceof GitFailure && !isBroken(error)
    ? new PullStepError(`${url} can't be fetched. git says: ${error.message}`)
    : error;
};

/** What a process leaves that is killed while it fetches. */
function isBroken({ message }: Error): boolean {
  return /\.lock'?: File exists|not a git repository|bad object|corrupt|unable to read|missing blob|loose object/i.test(
    message,
  );
}

/** Begins the cache anew where it is broken. */
async function mended<T>(cache: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof GitFailure) || !isBroken(error)) throw error;
    await rm(cache, { recursive: true, force: true });
    return await work();
  }
}
