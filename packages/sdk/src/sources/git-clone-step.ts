import { basename, join, relative } from "node:path";
import { homeFolder } from "../home.ts";
import { type GitCredentials, gitAddress } from "./git-address.ts";
import { checkOut } from "./git-checkout.ts";
import { PullStepError } from "./pull-step-error.ts";
import { newRunFolder } from "./run-folder.ts";
import type { StepContext, StepInputs, StepOutput } from "./step-inputs.ts";

/** Clones a repository into a folder of its own, which goes when the process ends. */
export async function gitClone(inputs: StepInputs, context: StepContext): Promise<StepOutput> {
  const { folder, environment, log, signal } = context;
  const repository = inputs.requiredText("repository");
  const { branch, commit } = readRevision(inputs);
  const directories = inputs.texts("directories");
  const submodules = inputs.flag("include_submodules", false);
  const wantedName = inputs.text("clone_directory_name");
  const address = gitAddress(repository, readCredentials(inputs), { folder, environment });
  inputs.refuseOthers();
  const into = await newFolder(folder, wantedName ?? usualName(address.url, branch));
  log(`clones ${address.url}${branch === undefined ? "" : ` (${branch})`}`);
  const cacheFolder = join(homeFolder(environment), "git");
  const checkout = { branch, commit, directories, submodules, into, cacheFolder };
  const id = await checkOut({ address, environment, signal }, checkout);
  log(`commit ${id.slice(0, 12)} is in ${into}`);
  return { directory: relative(folder, into) };
}

function readRevision(inputs: StepInputs) {
  const [branch, commit] = [inputs.text("branch"), inputs.text("commit_sha")];
  if (branch !== undefined && commit !== undefined) {
    throw new PullStepError('it has "branch" and "commit_sha"; give one of them.');
  }
  // As git has it for names of references.
  if (branch !== undefined && /^[-.]|\.\.|[\s~^:?*[\\]|\/$|@\{/.test(branch)) {
    throw new PullStepError(`"branch" is ${JSON.stringify(branch)}, which is not the name of a branch or tag.`);
  }
  if (commit !== undefined && !/^[0-9a-f]{4,64}$/i.test(commit)) {
    throw new PullStepError(`"commit_sha" is ${JSON.stringify(commit)}; give 4 to 64 hexadecimal digits.`);
  }
  return { branch, commit: commit?.toLowerCase() };
}

function readCredentials(inputs: StepInputs): GitCredentials | undefined {
  const [token, record] = [inputs.text("access_token"), inputs.record("credentials")];
  if (token !== undefined && record !== undefined) {
    throw new PullStepError('it has "access_token" and "credentials"; give one of them.');
  }
  if (token !== undefined) return credentialsOf(undefined, token);
  if (record === undefined) return undefined;
  const secret = [record.access_token, record.token, record.password].find(isGiven);
  const username = isGiven(record.username) ? record.username : undefined;
  if (secret !== undefined) return credentialsOf(username, secret);
  // Placeholders of the environment that are not set are empty: then it is tried without.
  if (username === undefined) return undefined;
  throw new PullStepError('"credentials" has a username without "access_token" or "password".');
}

/** A token may be written with its user, as in an address: `oauth2:token`. */
function credentialsOf(username: string | undefined, secret: string): GitCredentials {
  const colon = secret.indexOf(":");
  if (username !== undefined || colon === -1) return { username, secret };
  return { username: secret.slice(0, colon), secret: secret.slice(colon + 1) };
}

function isGiven(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

function usualName(url: string, branch: string | undefined): string {
  const name = basename(url.replace(/[?#].*$/, "").replace(/[\\/]+$/, ""))
    .replace(/^.*:/, "")
    .replace(/\.git$/, "");
  const repository = name === "" || name === "." || name === ".." ? "repository" : name;
  return branch === undefined ? repository : `${repository}-${branch.replaceAll("/", "-")}`;
}

/** A folder of that name, or one whose name only begins so. */
async function newFolder(parent: string, name: string): Promise<string> {
  if (basename(name) !== name || name === "." || name === "..") {
    throw new PullStepError(
      `"clone_directory_name" is ${JSON.stringify(name)}; give the name of a folder, without a path.`,
    );
  }
  return await newRunFolder(parent, name);
}
