import type { ContainerCreateOptions } from "dockerode";
import { type JobIdentity, labelsOf } from "ostinato/driver";
import { type ContainerSettings, hostName } from "./container-settings.ts";

/** Says of a container whether it stays after its end. */
export const keepLabel = "ostinato/keep";

/** The name of a container that stays after its end: it is not found any more. */
export function keptName(name: string): string {
  return `${name}${keptSuffix}`;
}

export function isKeptName(name: string): boolean {
  return name.endsWith(keptSuffix);
}

const keptSuffix = "-kept";

/** The same for the same attempt, and another for another. */
export function nameOf({ flowRunId, claim }: JobIdentity): string {
  return `ostinato-${flowRunId}-${claim.slice(-12)}`.replaceAll(/[^\w.-]/g, "_");
}

export function containerBody(identity: JobIdentity, settings: ContainerSettings): ContainerCreateOptions {
  const { memoryBytes, memoryAndSwapBytes, cpus, networks, networkMode } = settings;
  return {
    name: nameOf(identity),
    Image: settings.image,
    Cmd: [...settings.command],
    Env: Object.entries(settings.environment).map(([name, value]) => `${name}=${value}`),
    Labels: { ...settings.labels, ...labelsOf(identity), ...(settings.isRemoved ? {} : { [keepLabel]: "yes" }) },
    Tty: false,
    HostConfig: {
      // The exit code would be gone with the container.
      AutoRemove: false,
      // A shell as process 1 ignores SIGTERM, and nobody would wait for its orphans.
      Init: true,
      // The default driver breaks letters in long lines, and may rotate away what has not been read.
      LogConfig: { Type: "local", Config: {} },
      Binds: [...settings.volumes],
      Privileged: settings.isPrivileged,
      ...defined({
        NetworkMode: networkMode ?? networks[0],
        Memory: memoryBytes,
        MemorySwap: memoryAndSwapBytes,
        NanoCpus: cpus === undefined ? undefined : Math.round(cpus * 1e9),
        ExtraHosts: settings.needsHost ? [`${hostName}:host-gateway`] : undefined,
      }),
    },
  };
}

function defined<T extends object>(values: T): { [Key in keyof T]: Exclude<T[Key], undefined> } {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [Key in keyof T]: Exclude<T[Key], undefined> };
}
