import type { DeploymentOptions } from "./deployment-options.ts";

/** What prepares the code for a run: commands, one after the other, such as `"npm ci"`. They are started without a shell. */
export type SetupCommands = string | readonly string[];

/** A repository that each run clones by the git of its machine. At most one of `branch`, `tag` and `commit`; the default branch without any. */
export interface GitSource {
  /** An address such as `"https://github.com/org/flows.git"`, without credentials, or a path. */
  readonly git: string;
  readonly branch?: string;
  readonly tag?: string;
  /** The id of a commit, or at least its first four digits. */
  readonly commit?: string;
  /** The folder of the repository in which the program runs, and from which the entrypoint starts. */
  readonly folder?: string;
  /** The only folders that are written, for large repositories. */
  readonly directories?: readonly string[];
  readonly submodules?: boolean;
  /** The variable of the run's environment that has the token: `"GITHUB_TOKEN"`. The token itself is kept nowhere. */
  readonly tokenFrom?: string;
  /** The user beside the token. Its usual name at GitHub, GitLab and Bitbucket by default. */
  readonly username?: string;
  readonly setup?: SetupCommands;
}

/** A folder that is there on each machine of the pool. */
export interface FolderSource {
  readonly folder: string;
  readonly setup?: SetupCommands;
}

/** A bucket to which each deploy sends the code, and from which each run downloads it. */
export interface BucketSource {
  /** The block of the bucket: `S3Bucket.named("code")`, or `"s3-bucket/code"`. */
  readonly bucket: string | { readonly type: string; readonly name: string };
  /** The folder that is sent, in which the program then runs. That of this process by default. */
  readonly folder?: string;
  /** The folder of the bucket. Where it is given, Prefect's own workers cannot pull the code. The block's own by default. */
  readonly prefix?: string;
  /** Names of files and folders that are not sent, at any depth, beside `.git`, `node_modules`, `.venv`, `__pycache__` and `.env`. */
  readonly without?: readonly string[];
  readonly setup?: SetupCommands;
}

export type CodeSource = GitSource | FolderSource | BucketSource;

/** A deployment whose runs the workers of a pool take. */
export interface DeployOptions<P = Readonly<Record<string, unknown>>> extends DeploymentOptions<P> {
  /** The work pool. It has to be there. */
  readonly workPool: string;
  /** The queue of the pool, which is made where it is not there. The pool's default queue by default. */
  readonly workQueue?: string;
  /** Where each run gets its code. Without one, the code is in the image where there is an image, else in the folder of this process. */
  readonly source?: CodeSource;
  /** The file and its export from the folder of the source, `"flows/train.ts:train"`. Found by itself where the flow's file is on this machine. */
  readonly entrypoint?: string;
  /** The container image, for pools whose workers start containers. */
  readonly image?: string;
  /** Values for the job template of the pool: `{ env: { LEVEL: "debug" }, memory: "2g" }`. */
  readonly jobVariables?: Readonly<Record<string, unknown>>;
  /** Whether its schedules begin paused. */
  readonly paused?: boolean;
}

/** A deployment of a flow that this process need not have loaded. */
export interface FileDeployOptions extends DeployOptions {
  readonly entrypoint: string;
}

/** A deployment as it is on the server. */
export interface DeployedFlow {
  readonly id: string;
  /** With the name of its flow: `"train/nightly"`. */
  readonly name: string;
  /** Its page. */
  readonly url: string | undefined;
}
