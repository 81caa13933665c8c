import { resolve } from "node:path";
import { UsageError } from "../errors.ts";
import type { BucketSource, CodeSource, FolderSource, GitSource, SetupCommands } from "../flow/deploy-options.ts";
import { aBoolean, aName, checkOptions, type Rule, type Rules, shown, strings } from "../run/option-checks.ts";
import { type PullStep, stepNames } from "../sources/pull-steps.ts";

const commands: Rule = (value) =>
  aName(value) === undefined || strings(value) === undefined ? undefined : 'a command, "npm ci", or a list of them';

const aVariable: Rule = (value) =>
  typeof value === "string" && /^[A-Za-z_]\w*$/.test(value)
    ? undefined
    : 'the name of an environment variable, "GITHUB_TOKEN"';

const gitRules: Rules = {
  git: aName,
  branch: aName,
  tag: aName,
  commit: aName,
  folder: aName,
  directories: strings,
  submodules: aBoolean,
  tokenFrom: aVariable,
  username: aName,
  setup: commands,
};

const folderRules: Rules = { folder: aName, setup: commands };

const aBlock: Rule = (value) => {
  const { type, name } = typeof value === "string" ? namedBlock(value) : (Object(value) as Partial<NamedBlock>);
  return isGiven(type) && isGiven(name) ? undefined : 'a block, S3Bucket.named("code") or "s3-bucket/code"';
};

const bucketRules: Rules = { bucket: aBlock, folder: aName, prefix: aName, without: strings, setup: commands };

interface NamedBlock {
  readonly type: string;
  readonly name: string;
}

function isGiven(value: unknown): boolean {
  return typeof value === "string" && value !== "";
}

function namedBlock(text: string): NamedBlock {
  const [type = "", ...name] = text.split("/");
  return { type, name: name.join("/") };
}

/** Throws a `UsageError` that names the first wrong part of the source. */
export function checkSource(what: string, source: CodeSource): void {
  const place = `${what}: source`;
  if (isBucket(source)) {
    checkOptions(place, source, bucketRules);
    return;
  }
  if (!isGit(source)) {
    checkOptions(place, source, folderRules);
    if (source.folder === undefined) {
      throw new UsageError(
        `${place} is ${shown(source)}; give { git: "https://…" }, { bucket: "s3-bucket/code" } or { folder: "/srv/flows" }`,
      );
    }
    return;
  }
  checkOptions(place, source, gitRules);
  const given = (["branch", "tag", "commit"] as const).filter((name) => source[name] !== undefined);
  if (given.length > 1) throw new UsageError(`${place} has ${given.join(" and ")}; give one of them`);
  if (source.username !== undefined && source.tokenFrom === undefined) {
    throw new UsageError(`${place} has a username without tokenFrom, the variable that has its token`);
  }
  // The address is kept with the deployment, where everybody reads it.
  if (/^https?:\/\/[^/]*@/i.test(source.git)) {
    throw new UsageError(
      `${place}: git is an address with credentials; name the environment variable that has the token by tokenFrom`,
    );
  }
}

/** The pull steps by which a run gets the code. Folders start from `base`. */
export function pullStepsOf(source: CodeSource, base: string): readonly PullStep[] {
  if (isBucket(source)) return bucketSteps(source);
  return isGit(source) ? gitSteps(source) : folderSteps(source, base);
}

export function isBucket(source: CodeSource): source is BucketSource {
  return typeof source === "object" && source !== null && "bucket" in source;
}

/** The block of the bucket. */
export function blockOf({ bucket }: BucketSource): NamedBlock {
  return typeof bucket === "string" ? namedBlock(bucket) : bucket;
}

export function isGit(source: CodeSource): source is GitSource {
  return typeof source === "object" && source !== null && "git" in source;
}

function folderSteps({ folder, setup }: FolderSource, base: string): readonly PullStep[] {
  return [{ [stepNames.setWorkingDirectory]: { directory: resolve(base, folder) } }, ...setupSteps(setup, undefined)];
}

function bucketSteps(source: BucketSource): readonly PullStep[] {
  const { type, name } = blockOf(source);
  const { prefix, setup } = source;
  const pull = {
    id: "code",
    block_type_slug: type,
    block_document_name: name,
    ...(prefix === undefined ? {} : { folder: prefix }),
  };
  return [{ [stepNames.pullWithBlock]: pull }, ...setupSteps(setup, "{{ code.directory }}")];
}

function gitSteps({
  git,
  branch,
  tag,
  commit,
  folder,
  directories,
  submodules,
  tokenFrom,
  username,
  setup,
}: GitSource) {
  const token = tokenFrom === undefined ? undefined : `{{ $${tokenFrom} }}`;
  const reference = branch ?? tag;
  const clone = {
    id: "code",
    repository: git,
    ...(reference === undefined ? {} : { branch: reference }),
    ...(commit === undefined ? {} : { commit_sha: commit }),
    ...(submodules === true ? { include_submodules: true } : {}),
    ...(directories === undefined ? {} : { directories: [...directories] }),
    ...(token === undefined
      ? {}
      : username === undefined
        ? { access_token: token }
        : { credentials: { username, access_token: token } }),
  };
  const directory = `{{ code.directory }}${folder === undefined ? "" : `/${folder}`}`;
  return [
    { [stepNames.gitClone]: clone },
    ...(folder === undefined ? [] : [{ [stepNames.setWorkingDirectory]: { directory } }]),
    ...setupSteps(setup, folder === undefined ? directory : undefined),
  ];
}

function setupSteps(setup: SetupCommands | undefined, directory: string | undefined): readonly PullStep[] {
  if (setup === undefined || setup.length === 0) return [];
  const script = typeof setup === "string" ? setup : setup.join("\n");
  return [{ [stepNames.runShellScript]: { script, ...(directory === undefined ? {} : { directory }) } }];
}
