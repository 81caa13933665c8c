import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import { DriverError } from "../driver-error.ts";

/** The Python that the configuration names, else that of the virtual environment in force, else the first one in `PATH`. */
export function findPython(configured: unknown, environment: Readonly<Record<string, string>>): string {
  if (configured !== undefined && configured !== null && configured !== "") {
    if (typeof configured === "string") return configured;
    throw new DriverError(`python is ${JSON.stringify(configured)}; give the path of a Python, or its name in PATH.`);
  }
  const { VIRTUAL_ENV: virtualEnvironment, PATH = "" } = environment;
  const candidates = virtualEnvironment
    ? [join(virtualEnvironment, "bin", "python"), join(virtualEnvironment, "Scripts", "python.exe")]
    : PATH.split(delimiter).flatMap((folder) => names.map((name) => join(folder, name)));
  const found = candidates.find(isProgram);
  if (found !== undefined) return found;
  throw new DriverError(
    virtualEnvironment
      ? `VIRTUAL_ENV is ${JSON.stringify(virtualEnvironment)}, where there is no Python. Create the environment, or name a Python with the package prefect in "python" of the job configuration.`
      : 'The flow is written in Python, and PATH of the worker has no python3. Install Python with the package prefect, activate its virtual environment before the worker starts, or name it in "python" of the job configuration.',
  );
}

const names = process.platform === "win32" ? ["python.exe"] : ["python3", "python"];

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
