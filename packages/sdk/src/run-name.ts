import { UsageError } from "./errors.ts";

/** The name of a run: a template in which `{path}` stands for a parameter, or a function of the parameters. */
export type RunName<P> = string | ((parameters: P) => string);

export function runName(name: RunName<never>, parameters: Readonly<Record<string, unknown>>): string {
  if (typeof name === "function") return name(parameters as never);
  return name.replace(/\{([^{}]+)\}/g, (_, key: string) => {
    if (!Object.hasOwn(parameters, key)) {
      const known = Object.keys(parameters).join(", ");
      throw new UsageError(`runName "${name}" names the parameter "${key}", which is not there. There are: ${known}`);
    }
    return String(parameters[key]);
  });
}
