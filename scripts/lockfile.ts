/** The part of package-lock.json that is used here. */
export interface Lockfile {
  readonly packages: Readonly<Record<string, LockedPackage>>;
}

export interface LockedPackage {
  readonly version?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly libc?: readonly string[];
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const systems = ["aix", "android", "darwin", "freebsd", "linux", "netbsd", "openbsd", "openharmony", "sunos", "win32"];
const processors = ["arm", "arm64", "ia32", "loong64", "ppc64", "riscv64", "s390x", "wasm32", "x64"];

/**
 * Finds packages for other platforms that are missing from a lockfile. npm leaves them out when it writes the file on a machine that has
 * its own platform's already, or from a registry without the others, and `npm ci` then refuses the file everywhere. The packages' names
 * contain the platform.
 */
export function findMissing(lockfile: Lockfile): ReadonlyMap<string, LockedPackage> {
  const missing = new Map<string, LockedPackage>();
  for (const [parent, { dev, optionalDependencies = {} }] of Object.entries(lockfile.packages)) {
    for (const [name, version] of Object.entries(optionalDependencies)) {
      const known = { ...lockfile.packages, ...Object.fromEntries(missing) };
      const platform = platformOf(name);
      if (platform === undefined || !isExact(version) || resolve(known, parent, name)?.version === version) continue;
      const hoisted = `node_modules/${name}`;
      const path = hoisted in known ? `${parent}/${hoisted}` : hoisted;
      missing.set(path, { version, ...(dev === true ? { dev } : {}), optional: true, ...platform });
    }
  }
  return missing;
}

/** Resolves as Node does from the folder `parent`. */
function resolve(packages: Lockfile["packages"], parent: string, name: string): LockedPackage | undefined {
  for (let folder = parent; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf("/node_modules/")))) {
    const found = packages[`${folder === "" ? "" : `${folder}/`}node_modules/${name}`];
    if (found !== undefined || folder === "") return found;
  }
}

function platformOf(name: string): Pick<LockedPackage, "os" | "cpu" | "libc"> | undefined {
  const words = name.split(/[-/]/);
  const os = systems.filter((system) => words.includes(system));
  const cpu = processors.filter((processor) => words.includes(processor));
  if (cpu.length !== 1 || os.length > 1) return undefined;
  const libc = words.some((word) => word.startsWith("musl"))
    ? ["musl"]
    : words.some((word) => word.startsWith("gnu"))
      ? ["glibc"]
      : [];
  return { ...(os.length > 0 ? { os } : {}), cpu, ...(libc.length > 0 ? { libc } : {}) };
}

function isExact(version: string): boolean {
  return /^\d+\.\d+\.\d+/.test(version);
}
