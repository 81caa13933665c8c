import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type PullStep, pullStepsProblem, runPullSteps } from "./pull-steps.ts";

const clone = "prefect.deployments.steps.git_clone";
const shell = "prefect.deployments.steps.run_shell_script";
const working = "prefect.deployments.steps.set_working_directory";

let root: string;
let repository: string;
let environment: NodeJS.ProcessEnv;
let lines: string[];

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "pull-steps-")));
  repository = join(root, "train");
  lines = [];
  environment = {
    PATH: process.env.PATH,
    HOME: root,
    OSTINATO_HOME: join(root, "home"),
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_AUTHOR_NAME: "a",
    GIT_AUTHOR_EMAIL: "a@example.com",
    GIT_COMMITTER_NAME: "a",
    GIT_COMMITTER_EMAIL: "a@example.com",
  };
  makeRepository(repository);
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

function makeRepository(path: string): void {
  mkdirSync(path);
  git(path, "-c", "init.defaultBranch=main", "init", "--quiet");
  commit(path, { "flow.ts": "1", "steps/a.ts": "a", "data/b.csv": "b" });
}

function git(folder: string, ...args: readonly string[]): string {
  return execFileSync("git", args, { cwd: folder, env: environment, encoding: "utf8" }).trim();
}

function commit(path: string, files: Readonly<Record<string, string>>): string {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), text);
  }
  git(path, "add", "--all");
  git(path, "commit", "--quiet", "--message", "change");
  return git(path, "rev-parse", "HEAD");
}

let folders = 0;

/** Runs the steps in a new folder, as the process of a run does. */
function pull(...steps: readonly PullStep[]): Promise<string> {
  folders += 1;
  const folder = join(root, `run-${folders}`);
  mkdirSync(folder);
  return runPullSteps(steps, { folder, environment, log: (line) => lines.push(line) });
}

const pulledText = async (inputs: object) =>
  readFileSync(join(await pull({ [clone]: { repository, ...inputs } }), "flow.ts"), "utf8");

describe("a clone", () => {
  test("has what the default branch has now, and each run its own", async () => {
    const first = await pull({ [clone]: { repository } });
    commit(repository, { "flow.ts": "2" });
    const second = await pull({ [clone]: { repository: `file://${repository}` } });
    expect(readFileSync(join(first, "flow.ts"), "utf8")).toBe("1");
    expect(readFileSync(join(second, "flow.ts"), "utf8")).toBe("2");
    expect(first).toMatch(/run-\d+\/train$/);
  });

  test("is of a branch, a tag, a commit, or the beginning of a commit's id", async () => {
    const first = git(repository, "rev-parse", "HEAD");
    git(repository, "tag", "--annotate", "v1.10", "--message", "first");
    git(repository, "checkout", "--quiet", "-b", "topic/new");
    commit(repository, { "flow.ts": "new" });
    git(repository, "checkout", "--quiet", "main");
    commit(repository, { "flow.ts": "3" });
    expect(await pulledText({ branch: "topic/new" })).toBe("new");
    expect(await pulledText({ branch: "v1.10" })).toBe("1");
    expect(await pulledText({ commit_sha: first })).toBe("1");
    expect(await pulledText({ commit_sha: first.slice(0, 8) })).toBe("1");
    expect(await pulledText({})).toBe("3");
  });

  test("is made of what this machine has fetched before", async () => {
    const id = commit(repository, { "flow.ts": "4" });
    await pull({ [clone]: { repository, commit_sha: id } });
    git(repository, "branch", "--quiet", "--move", "main", "other");
    git(repository, "checkout", "--quiet", "--orphan", "empty");
    git(repository, "branch", "--quiet", "--delete", "--force", "other");
    git(repository, "reflog", "expire", "--expire=now", "--all");
    git(repository, "gc", "--quiet", "--prune=now");
    expect(await pulledText({ commit_sha: id })).toBe("4");
  });

  test("can be made by several at once", async () => {
    const texts = await Promise.all(Array.from({ length: 6 }, () => pulledText({})));
    expect(new Set(texts)).toEqual(new Set(["1"]));
  });

  test("gets another name where its own is taken", async () => {
    const folder = join(root, "shared");
    mkdirSync(folder);
    const options = { folder, environment, log: () => {} };
    const one = await runPullSteps([{ [clone]: { repository } }], options);
    const two = await runPullSteps([{ [clone]: { repository } }], options);
    expect(one).toBe(join(folder, "train"));
    expect(two).toMatch(/shared\/train-\w+$/);
  });

  test("has only the folders that are named, beside the files at the top", async () => {
    const folder = await pull({ [clone]: { repository, directories: ["steps"] } });
    expect(["flow.ts", "steps/a.ts", "data/b.csv"].map((file) => existsSync(join(folder, file)))).toEqual([
      true,
      true,
      false,
    ]);
  });

  test("has its submodules when they are asked for", async () => {
    const library = join(root, "library");
    makeRepository(library);
    environment.GIT_ALLOW_PROTOCOL = "file";
    git(repository, "submodule", "--quiet", "add", library, "library");
    commit(repository, {});
    const submodules = await Promise.all(
      [true, false].map(async (include_submodules) => pull({ [clone]: { repository, include_submodules } })),
    );
    expect(submodules.map((folder) => existsSync(join(folder, "library/flow.ts")))).toEqual([true, false]);
  });

  test("begins anew where a process that was killed has left its cache broken", async () => {
    await pull({ [clone]: { repository } });
    const [cache = ""] = execFileSync("sh", ["-c", `ls -d ${join(root, "home/git")}/*.git`], {
      encoding: "utf8",
    }).split("\n");
    writeFileSync(join(cache, "shallow.lock"), "");
    commit(repository, { "flow.ts": "5" });
    expect(await pulledText({})).toBe("5");
  });

  test.each([
    {
      inputs: { repository: "nothing-here" },
      says: /nothing-here can't be cloned\. git says: .*does not (appear to be a git repository|exist)/,
    },
    { inputs: { branch: "mian" }, says: /has no branch or tag "mian"\. Did you mean "main"\?/ },
    { inputs: { branch: "gone" }, says: /has no branch or tag "gone"\. It has: main\./ },
    { inputs: { commit_sha: "ab12ab12" }, says: /has no commit ab12ab12 on any branch or tag/ },
    { inputs: { commit_sha: "main" }, says: /"commit_sha" is "main"; give 4 to 64 hexadecimal digits/ },
    { inputs: { branch: "main", commit_sha: "ab12" }, says: /"branch" and "commit_sha"; give one of them/ },
    { inputs: { branch: "--all" }, says: /"--all", which is not the name of a branch or tag/ },
    { inputs: { repository: "--version" }, says: /"--version" is not the address of a repository/ },
    { inputs: { clone_directory_name: "../other" }, says: /"..\/other"; give the name of a folder/ },
    { inputs: { brnch: "main" }, says: /has no input "brnch"\. Did you mean "branch"\?/ },
    { inputs: { directories: "steps" }, says: /"directories" is a string; give a list of strings/ },
    {
      inputs: { repository: "http://example.com/a", access_token: "t0p" },
      says: /unencrypted to http:\/\/example.com\/a; use https/,
    },
  ])("that can't be made says why: $inputs", async ({ inputs, says }) => {
    const failing = pull({ [shell]: { script: "true" } }, { [clone]: { repository, ...inputs } });
    await expect(failing).rejects.toThrow(says);
    await expect(failing).rejects.toThrow(/^Pull step 2 of 2, git_clone, failed: /);
  });
});

describe("credentials of a clone", () => {
  /** Answers as a server that refuses everybody, and keeps what it was shown. */
  async function refusingServer() {
    const shown: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      shown.push(request.headers.authorization);
      response.writeHead(403).end("not for Basic-visitors");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return { shown, server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/org/repo.git` };
  }

  const basic = (pair: string) => `Basic ${Buffer.from(pair).toString("base64")}`;

  test.each([
    { inputs: { access_token: "{{ $TOKEN }}" }, shows: basic("x-access-token:s3cret/1") },
    { inputs: { access_token: "oauth2:{{ $TOKEN }}" }, shows: basic("oauth2:s3cret/1") },
    { inputs: { credentials: { username: "ann", access_token: "{{ $TOKEN }}" } }, shows: basic("ann:s3cret/1") },
    { inputs: { user: "ann:s3cret%2F1@" }, shows: basic("ann:s3cret/1") },
    { inputs: { access_token: "{{ $NO_TOKEN }}" }, shows: undefined },
  ])(
    "$inputs go to the server, and stand in no argument, line or error",
    async ({ inputs: { user = "", ...inputs }, shows }) => {
      const { shown, server, url } = await refusingServer();
      environment.TOKEN = "s3cret/1";
      // What git is started with stands in its own trace.
      environment.GIT_TRACE = join(root, "trace");
      try {
        const failing = pull({ [clone]: { repository: url.replace("//", `//${user}`), ...inputs } });
        const error = await failing.catch((error: Error) => error);
        expect(String(error)).toContain(`${url} can't be cloned`);
        expect(shown).toContain(shows);
        const told = [String(error), ...lines, readFileSync(environment.GIT_TRACE, "utf8")].join("\n");
        expect(told).not.toContain("s3cret");
        expect(told).not.toContain(shows ?? "Authorization");
      } finally {
        server.close();
      }
    },
  );
});

describe("steps", () => {
  test("follow each other: a clone, its install, a folder in it", async () => {
    const folder = await pull(
      { [clone]: { id: "code", repository } },
      {
        [shell]: {
          id: "count",
          script: "echo made-by-a-step",
          directory: "{{ code.directory }}",
          stream_output: false,
        },
      },
      { [shell]: { script: "touch {{ count.stdout }}", directory: "{{ directory }}/steps" } },
      { [working]: { directory: "{{ code.directory }}/steps" } },
    );
    expect(folder).toMatch(/train\/steps$/);
    expect(existsSync(join(folder, "made-by-a-step"))).toBe(true);
    expect(lines).not.toContain("run_shell_script: made-by-a-step");
  });

  test("of no steps lead to the folder in which they begin", async () => {
    expect(await pull()).toBe(join(root, `run-${folders}`));
  });

  test("set the folder for those that follow", async () => {
    const folder = await pull({ [working]: { directory: repository } }, { [shell]: { script: "pwd" } });
    expect(folder).toBe(repository);
    expect(lines).toContain(`run_shell_script: ${repository}`);
  });

  test("take scripts line by line without a shell, unless they ask for one", async () => {
    const line = `echo "a b"   'c|d' e\\ f $NAME | cat`;
    environment.NAME = "Ann";
    await pull(
      { [shell]: { script: `${line}\n\n` } },
      { [shell]: { script: line, expand_env_vars: true } },
      { [shell]: { script: line, shell: true, env: { NAME: "Bob" } } },
    );
    expect(lines.filter((each) => each.includes("a b"))).toEqual([
      "run_shell_script: a b c|d e f $NAME | cat",
      "run_shell_script: a b c|d e f Ann | cat",
      "run_shell_script: a b c|d e f Bob",
    ]);
  });

  test("are known by the modules of Prefect too", () => {
    expect(pullStepsProblem([{ "prefect.deployments.steps.pull.git_clone": {} }])).toBeUndefined();
    expect(pullStepsProblem([{ "prefect.deployments.steps.utility.run_shell_script": {} }])).toBeUndefined();
  });

  test.each([
    {
      step: { [working]: { directory: "missing" } },
      says: /set_working_directory, failed: the folder .*\/missing does not exist/,
    },
    { step: { [working]: {} }, says: /set_working_directory, failed: it needs "directory"/ },
    { step: { [shell]: { script: "false" } }, says: /run_shell_script, failed: "false" ended with exit code 1\./ },
    {
      step: { [shell]: { script: "no-such-program-here" } },
      says: /"no-such-program-here" could not be started: there is no such command/,
    },
    { step: { [shell]: { script: "echo 'a" } }, says: /a quote is not closed in: echo 'a/ },
    {
      step: { "prefect.deployments.steps.git_clon": {} },
      says: /no pull step "prefect.deployments.steps.git_clon".*Did you mean "prefect.deployments.steps.git_clone"/,
    },
    {
      step: { "prefect_aws.deployments.steps.pull_from_s3": {} },
      says: /pull_from_s3, failed: There is no pull step "prefect_aws.deployments.steps.pull_from_s3" for TypeScript deployments\. The steps are: /,
    },
    { step: { a: {}, b: {} }, says: /Pull step 1 of 1 has 2 names: a, b/ },
    { step: {}, says: /Pull step 1 of 1 is empty/ },
    {
      step: { [clone]: { repository: "a", access_token: "{{ prefect.blocks.secret.mine }}" } },
      says: /git_clone, failed: This refers to the block "secret\/mine"/,
    },
  ])("that are wrong say which and why: $step", async ({ step, says }) => {
    await expect(pull(step)).rejects.toThrow(says);
  });
});
