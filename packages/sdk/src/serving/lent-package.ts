import { registerHooks } from "node:module";

/** The `ostinato` package that a program imports. */
export interface PackageInUse {
  /** Undefined until a file has imported it. */
  readonly url: string | undefined;
}

/**
 * A file outside of any project has no `ostinato` to import: it gets the one that `resolve` finds. A project's own copy takes precedence.
 */
export function lendPackage(resolveOwn: (specifier: string) => string): PackageInUse {
  const inUse: { url: string | undefined } = { url: undefined };
  registerHooks({
    resolve(specifier, context, nextResolve) {
      if (specifier !== "ostinato" && !specifier.startsWith("ostinato/")) return nextResolve(specifier, context);
      const resolution = resolveOr(
        () => nextResolve(specifier, context),
        () => ({ url: resolveOwn(specifier), format: "module", shortCircuit: true }),
      );
      if (specifier === "ostinato") inUse.url ??= resolution.url;
      return resolution;
    },
  });
  return inUse;
}

/** The codes of `import` and of `require`. */
const notFoundCodes: readonly unknown[] = ["ERR_MODULE_NOT_FOUND", "MODULE_NOT_FOUND"];

function resolveOr<T>(first: () => T, second: () => T): T {
  try {
    return first();
  } catch (error) {
    if (!notFoundCodes.includes((error as NodeJS.ErrnoException).code)) throw error;
    return second();
  }
}
