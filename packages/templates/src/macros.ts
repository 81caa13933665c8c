import { TemplateRenderError } from "./errors.ts";
import type { Block, Parameters } from "./syntax.ts";
import type { Arguments } from "./values.ts";

export interface Macro extends Parameters {
  readonly name: string;
  /** What its body asks for of the arguments that have no parameters. */
  readonly uses: readonly string[];
}

interface Definition {
  readonly parameters: Parameters;
  readonly body: Block;
}

export function macroOf(name: string, { parameters, body }: Definition): Macro {
  return { name, ...parameters, uses: ["varargs", "kwargs", "caller"].filter((each) => mentions(body, each)) };
}

/** Throws for arguments that the macro has no parameters for, and does not ask for by `varargs`, `kwargs` or `caller`. */
export function refuseOthers({ name: macro, names, uses }: Macro, { positional, named }: Arguments): void {
  if (positional.length > names.length && !uses.includes("varargs")) {
    throw new TemplateRenderError(`${macro} takes ${names.length} arguments, and got ${positional.length}`);
  }
  for (const name of named.keys()) {
    const isOwn = names.indexOf(name) >= positional.length;
    const isTaken = !names.includes(name) && uses.includes(name === "caller" ? "caller" : "kwargs");
    if (!isOwn && !isTaken) throw new TemplateRenderError(`${macro} takes no argument "${name}"`);
  }
}

/** Whether the name stands somewhere in the part of the template. */
function mentions(part: unknown, name: string): boolean {
  if (typeof part !== "object" || part === null) return false;
  if ("kind" in part && part.kind === "name" && "name" in part && part.name === name) return true;
  return Object.values(part).some((inner) => mentions(inner, name));
}
