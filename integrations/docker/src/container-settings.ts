import { configuredCommand, DriverError, environmentOf, type Job, languageOf } from "ostinato/driver";
import { memoryBytes } from "./memory-size.ts";

export type PullPolicy = (typeof pullPolicies)[number];

const pullPolicies = ["IfNotPresent", "Always", "IfPossible", "Never"] as const;

export interface RegistryCredentials {
  readonly username: string;
  readonly password: string;
  readonly serveraddress: string;
}

/** What the job configuration asks for, checked: the engine answers 500 to a value of a wrong type, as if the engine were to blame. */
export interface ContainerSettings {
  /** With a tag or a digest. */
  readonly image: string;
  readonly pullPolicy: PullPolicy;
  readonly credentials: RegistryCredentials | undefined;
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly volumes: readonly string[];
  readonly networks: readonly string[];
  readonly networkMode: string | undefined;
  readonly memoryBytes: number | undefined;
  /** Memory and swap together; -1 is without limit. */
  readonly memoryAndSwapBytes: number | undefined;
  readonly cpus: number | undefined;
  readonly isPrivileged: boolean;
  /** Whether the container is removed after its end, which is the default. */
  readonly isRemoved: boolean;
  readonly maxWaitSeconds: number | undefined;
  /** Whether the container has to find the worker's machine, because the server is there. */
  readonly needsHost: boolean;
}

/** Throws a `DriverError` that names the field. */
export function readSettings(job: Job): ContainerSettings {
  const { configuration } = job;
  const networks = strings("networks", configuration.networks, '["internal"]');
  const networkMode = text("network_mode", configuration.network_mode);
  if (networks.length > 0 && networkMode !== undefined) {
    throw new DriverError("networks and network_mode are both set; give one of them.");
  }
  const image = withTag(text("image", configuration.image));
  const environment = withHost(job, networkMode);
  return {
    image,
    pullPolicy: pullPolicy(configuration.image_pull_policy, image),
    credentials: credentials(configuration.registry_credentials),
    command: configuredCommand(job) ?? ownCommand(job),
    environment: environmentOf({ ...job, environment }),
    labels: labels(configuration.labels),
    volumes: strings("volumes", configuration.volumes, '["/srv/data:/data:ro"]').map(checkVolume),
    networks,
    networkMode,
    ...memory(configuration),
    cpus: positive("cpu_limit", configuration.cpu_limit, "a number of CPUs, such as 0.5 or 2"),
    isPrivileged: flag("privileged", configuration.privileged, false),
    isRemoved: flag("auto_remove", configuration.auto_remove, true),
    maxWaitSeconds: positive("container_wait_timeout", configuration.container_wait_timeout, "a number of seconds"),
    needsHost: Object.values(environment).some((value) => value.includes(hostName)),
  };
}

function isUnset(value: unknown): value is undefined | null | "" {
  return value === undefined || value === null || value === "";
}

function refuse(field: string, value: unknown, wanted: string): never {
  throw new DriverError(`${field} is ${JSON.stringify(value)}; give ${wanted}.`);
}

function text(field: string, value: unknown): string | undefined {
  if (isUnset(value)) return undefined;
  return typeof value === "string" ? value : refuse(field, value, "a string");
}

function flag(field: string, value: unknown, otherwise: boolean): boolean {
  if (isUnset(value)) return otherwise;
  return typeof value === "boolean" ? value : refuse(field, value, "true or false");
}

function positive(field: string, value: unknown, wanted: string): number | undefined {
  if (isUnset(value)) return undefined;
  const number = typeof value === "string" ? Number(value) : value;
  return typeof number === "number" && number > 0 && Number.isFinite(number) ? number : refuse(field, value, wanted);
}

function strings(field: string, value: unknown, example: string): readonly string[] {
  if (isUnset(value)) return [];
  const isRight = Array.isArray(value) && value.every((one) => typeof one === "string" && one !== "");
  return isRight ? value : refuse(field, value, `a list of strings: ${example}`);
}

/** Docker takes an image without a tag for `latest` in one operation and for all tags in another. */
function withTag(image: string | undefined): string {
  if (image === undefined) {
    throw new DriverError(
      'image is not set. Name the image with the flow\'s code in the deployment or in the job template: "registry.example.com/team/flows:1.4"',
    );
  }
  if (/\s/.test(image)) refuse("image", image, "the name of an image without spaces");
  const isComplete = image.includes("@") || /:[^/]+$/.test(image);
  return isComplete ? image : `${image}:latest`;
}

/** By default a tag that moves is asked for each time, as by Prefect. */
function pullPolicy(value: unknown, image: string): PullPolicy {
  if (isUnset(value)) return image.endsWith(":latest") ? "Always" : "IfNotPresent";
  const policy = pullPolicies.find((one) => one === value);
  return policy ?? refuse("image_pull_policy", value, `one of ${pullPolicies.join(", ")}`);
}

function credentials(value: unknown): RegistryCredentials | undefined {
  if (isUnset(value)) return undefined;
  const { username, password, registry_url } = Object(value) as Readonly<Record<string, unknown>>;
  if (typeof username === "string" && typeof password === "string" && typeof registry_url === "string") {
    return { username, password, serveraddress: registry_url };
  }
  // The value is not shown: it holds a password.
  throw new DriverError("registry_credentials needs the strings username, password and registry_url.");
}

function labels(value: unknown): Readonly<Record<string, string>> {
  if (isUnset(value)) return {};
  if (typeof value !== "object" || Array.isArray(value))
    refuse("labels", value, 'an object of strings: {"team": "data"}');
  for (const [name, label] of Object.entries(value as object)) {
    if (typeof label !== "string") refuse(`labels.${name}`, label, "a string");
  }
  return value as Readonly<Record<string, string>>;
}

function checkVolume(volume: string): string {
  // A drive's letter of Windows has a colon of its own.
  return /^(?:[A-Za-z]:)?[^:]+:(?:[A-Za-z]:)?[/\\][^:]*(?::[^:/]+)?$/.test(volume)
    ? volume
    : refuse("volumes", volume, '"source:target" or "source:target:mode", with an absolute target');
}

function memory({ mem_limit, memswap_limit }: Job["configuration"]) {
  const limit = isUnset(mem_limit) ? undefined : memoryBytes("mem_limit", sizeText("mem_limit", mem_limit));
  if (isUnset(memswap_limit)) return { memoryBytes: limit, memoryAndSwapBytes: undefined };
  if (limit === undefined) throw new DriverError("memswap_limit is set without mem_limit; give both.");
  if (String(memswap_limit) === "-1") return { memoryBytes: limit, memoryAndSwapBytes: -1 };
  const both = memoryBytes("memswap_limit", sizeText("memswap_limit", memswap_limit));
  if (both < limit) {
    throw new DriverError(
      `memswap_limit is ${JSON.stringify(memswap_limit)}, which is less than mem_limit; it is memory and swap together.`,
    );
  }
  return { memoryBytes: limit, memoryAndSwapBytes: both };
}

function sizeText(field: string, value: unknown): string | number {
  return typeof value === "string" || typeof value === "number"
    ? value
    : refuse(field, value, 'a string such as "512m"');
}

/** Where the configuration has no command. The image has the programs. */
function ownCommand(job: Job): readonly string[] {
  switch (languageOf(job)) {
    case "typescript":
      return ["npx", "--no", "ostinato", "flow-run", "execute"];
    case "python":
      return ["prefect", "flow-run", "execute"];
  }
}

/** The name under which a container finds the machine that it runs on. */
export const hostName = "host.docker.internal";

/** In a container `localhost` is the container itself, so the addresses of a server on the worker's machine are written otherwise. */
function withHost({ environment }: Job, networkMode: string | undefined): Readonly<Record<string, string>> {
  if (networkMode === "host") return environment;
  return Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [name, name.endsWith("_API_URL") ? reachable(value) : value]),
  );
}

function reachable(address: string): string {
  return address.replace(/^(https?:\/\/(?:[^/@]*@)?)(?:localhost|127\.0\.0\.1|\[::1\])(?=[:/]|$)/, `$1${hostName}`);
}
