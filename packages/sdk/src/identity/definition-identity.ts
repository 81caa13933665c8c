import { randomUUID } from "node:crypto";
import { logLevels } from "@ostinato/protocol/log-levels";
import { context } from "../context.ts";
import { notice } from "../logging/console-output.ts";
import { type CallSite, callSite, describePlaces } from "./call-site.ts";
import { digest } from "./digest.ts";
import { portablePath } from "./portable-path.ts";

type AnyFunction = (...args: never[]) => unknown;

/** The place where a task or a flow was made. Its copies with other options share it. */
export interface Origin {
  readonly fn: AnyFunction;
  readonly site: CallSite | undefined;
  /** Whether it was made inside a run: its function may then close over values of that run. */
  readonly inRun: boolean;
}

/** The origin of `fn`; users call `maker`. */
export function originOf(fn: AnyFunction, maker: AnyFunction): Origin {
  return { fn, site: callSite(maker), inRun: context.getStore() !== undefined };
}

export interface IdentityOptions {
  readonly kind: "task" | "flow";
  readonly name: string;
  /** Given by the user. */
  readonly key: string | undefined;
  readonly origin: Origin;
}

/**
 * Identifies a task or a flow, so that its results are found again and never those of another. The identity is the key, or the name and the
 * files that make it. Where these do not distinguish it from another one, its results are reused inside this process only.
 */
export class DefinitionIdentity {
  readonly #options: IdentityOptions;
  /** Counts definitions with the same name and files; undefined where the definition has no place. */
  readonly #namesakes: Namesakes | undefined;
  #placed: string | undefined;
  #source: string | undefined;

  constructor(options: IdentityOptions) {
    this.#options = options;
    this.#namesakes = countNamesake(options);
  }

  /** The name with a short code that is equal on all machines. Indistinguishable tasks share it. */
  get label(): string {
    return `${this.#options.name}-${digest(this.#place).slice(0, 8)}`;
  }

  /** The identity for reusing results. Warns once about definitions that cannot be distinguished. */
  known(use: "resume" | "cache"): string {
    const { key, origin } = this.#options;
    if (key !== undefined || (this.#namesakes !== undefined && this.#namesakes.other === undefined)) return this.#place;
    if (this.#namesakes !== undefined) warnOfNamesakes(this.#options, this.#namesakes);
    else if (use === "cache") warnOfUselessCache(this.#options);
    return `${this.#place}\n${thisProcess}\n${functionNumber(origin.fn)}`;
  }

  /** A code for the source of the function. */
  get source(): string {
    this.#source ??= digest(Function.prototype.toString.call(this.#options.origin.fn));
    return this.#source;
  }

  /** Why loading the module elsewhere may not make this definition; undefined where it does. */
  get doubt(): string | undefined {
    if (this.#namesakes?.other !== undefined) return describeNamesakes(this.#options, this.#namesakes);
    return this.#options.origin.inRun ? placeless(this.#options) : undefined;
  }

  get #place(): string {
    const { kind, name, key, origin } = this.#options;
    this.#placed ??=
      key === undefined
        ? [kind, name, ...(origin.site?.files ?? []).map(portablePath)].join("\n")
        : [kind, "key", key].join("\n");
    return this.#placed;
  }
}

/** Tasks or flows with one name that the same files make outside of runs. */
interface Namesakes {
  readonly fn: number;
  readonly site: CallSite;
  /** The place of a second, different function, if there is one. */
  other: CallSite | undefined;
  warned: boolean;
}

const namesakes = new Map<string, Namesakes>();
const thisProcess = randomUUID();
const numbers = new WeakMap<AnyFunction, number>();
let functions = 0;

function functionNumber(fn: AnyFunction): number {
  const known = numbers.get(fn);
  if (known !== undefined) return known;
  functions += 1;
  numbers.set(fn, functions);
  return functions;
}

function countNamesake({ kind, name, origin }: IdentityOptions): Namesakes | undefined {
  const { fn, site, inRun } = origin;
  if (site === undefined || inRun) return undefined;
  const place = [kind, name, ...site.files].join("\n");
  const first = namesakes.get(place);
  if (first === undefined) {
    const counted = { fn: functionNumber(fn), site, other: undefined, warned: false };
    namesakes.set(place, counted);
    return counted;
  }
  if (first.fn !== functionNumber(fn)) first.other ??= site;
  return first;
}

function warnOfNamesakes(options: IdentityOptions, found: Namesakes): void {
  if (found.warned) return;
  found.warned = true;
  notice(
    logLevels.warning,
    `${describeNamesakes(options, found)} Their results are used again inside this process only. Give each its own name or key: ${options.kind}({ key: "…" })`,
  );
}

const uselessCaches = new Set<string>();

function warnOfUselessCache(options: IdentityOptions): void {
  const message = placeless(options);
  if (uselessCaches.has(message)) return;
  uselessCaches.add(message);
  notice(
    logLevels.warning,
    `${message} Nothing distinguishes it from others that the same code makes, so no other run finds its results in the cache. Make it at the top of a module, or give it a key: ${options.kind}({ key: "…" })`,
  );
}

function describeNamesakes({ kind, name }: IdentityOptions, { site, other = site }: Namesakes): string {
  const [one, another] = describePlaces(site, other);
  return `Two ${kind}s "${name}" can't be told apart: one is made at ${one}, the other at ${another}.`;
}

function placeless({ kind, name, origin: { site } }: IdentityOptions): string {
  if (site === undefined) return `The ${kind} "${name}" is made by code that is in no file.`;
  return `The ${kind} "${name}" is made inside a run, at ${describePlaces(site, site)[0]}.`;
}
