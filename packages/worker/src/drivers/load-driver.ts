import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { didYouMean } from "@ostinato/core";
import type { DriverDefinition } from "./driver.ts";
import { isDriverDefinition } from "./driver.ts";
import { DriverError } from "./driver-error.ts";
import { packageOfDriver } from "./integrations.generated.ts";
import { processDriver } from "./process/process.driver.ts";

/**
 * The driver for a type of work pools. Drivers of packages are imported from the project in `projectFolder`, else from beside this program. Throws a
 * `DriverError` that says which package to install.
 */
export async function loadDriver(type: string, projectFolder: string): Promise<DriverDefinition> {
  if (type === processDriver.type) return processDriver;
  const name = Object.hasOwn(packageOfDriver, type) ? packageOfDriver[type] : undefined;
  if (name === undefined) throw new DriverError(unknownType(type));
  return importDriver({ type, packageName: name, projectFolder });
}

export interface DriverPackage {
  readonly type: string;
  readonly packageName: string;
  readonly projectFolder: string;
}

/** Imports the driver of a package. */
export async function importDriver({ type, packageName, projectFolder }: DriverPackage): Promise<DriverDefinition> {
  const module = await importFrom(packageName, projectFolder);
  const found = Object.values(module).find((value) => isDriverDefinition(value) && value.type === type);
  if (found !== undefined) return found as DriverDefinition;
  throw new DriverError(
    `${packageName} has no driver of type "${type}". Install the version of ${packageName} that belongs to this ostinato.`,
  );
}

/** The types of work pools for which there are drivers, whether their packages are installed or not. */
export function driverTypes(): readonly string[] {
  return [processDriver.type, ...Object.keys(packageOfDriver)];
}

function unknownType(type: string): string {
  const types = driverTypes();
  return `There is no driver for work pools of type ${JSON.stringify(type)}.${didYouMean(type, types)} There are: ${types.join(", ")}. Work pools of other types need a worker of Prefect.`;
}

async function importFrom(name: string, projectFolder: string): Promise<Readonly<Record<string, unknown>>> {
  const file = resolveFrom(name, projectFolder);
  try {
    return await import(file);
  } catch (error) {
    if (!isMissing(error, name)) throw error;
    throw new DriverError(
      `Work pools of this type need the package ${name}, which is not installed: npm install ${name}`,
    );
  }
}

function resolveFrom(name: string, projectFolder: string): string {
  try {
    return pathToFileURL(createRequire(join(projectFolder, "package.json")).resolve(name)).href;
  } catch {
    return name;
  }
}

/** Whether it is the package itself that is missing, and not something that it imports. */
function isMissing(error: unknown, name: string): boolean {
  const { code, message = "" } = Object(error) as { readonly code?: unknown; readonly message?: string };
  return code === "ERR_MODULE_NOT_FOUND" && message.includes(`'${name}'`);
}
