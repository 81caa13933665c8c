import Docker from "dockerode";
import { DriverError } from "ostinato/driver";

/** The oldest API that has all that the driver asks for: Docker 20.10, Podman 4. */
const minApiVersion = [1, 41] as const;

/** Connects to the engine. The API's version is left to the engine, since one that is fixed here would shut out older engines. */
export async function connect(): Promise<Docker> {
  const docker = new Docker();
  const version = await askVersion(docker);
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major > minApiVersion[0] || (major === minApiVersion[0] && minor >= minApiVersion[1])) return docker;
  throw new DriverError(
    `The Docker engine speaks version ${version} of its API; this driver needs ${minApiVersion.join(".")} or newer, which Docker has from 20.10 on and Podman from 4 on.`,
  );
}

async function askVersion(docker: Docker): Promise<string> {
  try {
    const { ApiVersion } = await docker.version();
    return ApiVersion;
  } catch (error) {
    const where = process.env.DOCKER_HOST || "the default socket (/var/run/docker.sock)";
    const { code } = Object(error) as NodeJS.ErrnoException;
    if (code === "EACCES") {
      throw new DriverError(
        `This user may not use the Docker engine at ${where} (EACCES). Add the user to the group docker, or name another engine in DOCKER_HOST.`,
      );
    }
    throw new DriverError(
      `No Docker engine answers at ${where}: ${engineMessage(error)}. Start it, or name another one in DOCKER_HOST.`,
    );
  }
}

/** The status of an engine's answer that is an error; undefined where it did not answer. */
export function statusOf(error: unknown): number | undefined {
  return (Object(error) as { readonly statusCode?: number }).statusCode;
}

/** What the engine says about an error. `reason`, which dockerode makes of the status, says "no such container" of images too. */
export function engineMessage(error: unknown): string {
  const { json, message, code } = Object(error) as {
    readonly json?: { readonly message?: string } | null;
    readonly message?: string;
    readonly code?: string;
  };
  return (json?.message ?? (message || code) ?? String(error)).trim();
}

export function isImageMissing(error: unknown): boolean {
  return statusOf(error) === 404 && /no such image|image not known/i.test(engineMessage(error));
}
