/** A flow, or the description of one. */
interface Named {
  readonly name: string;
}

export interface FlowChoosing<F extends Named> {
  /** All exports of the file, in their order. */
  readonly exports: Readonly<Record<string, unknown>>;
  readonly isFlow: (value: unknown) => value is F;
  /** An export, or the name of a flow; undefined for the only flow that the file exports. */
  readonly wanted: string | undefined;
}

/** Why there is no flow: the file exports none or several, the export is something else, or the file does not have it. */
export type NoFlow = "none" | "several" | "not-a-flow" | "unknown";

/** `flowExports` are the names of the exports that are flows. */
export type FlowChoice<F> =
  | { readonly kind: "flow"; readonly flow: F }
  | { readonly kind: NoFlow; readonly flowExports: readonly string[] };

/**
 * The flow that is meant by `file.ts` or `file.ts:wanted`. Exports come before names of flows. A flow that is exported under two names
 * counts once, under that which is not `default`.
 */
export function chooseFlow<F extends Named>({ exports, isFlow, wanted }: FlowChoosing<F>): FlowChoice<F> {
  const flows = flowsIn(exports, isFlow);
  const flowExports = [...flows.values()];
  if (wanted !== undefined) {
    const exported = Object.hasOwn(exports, wanted) ? exports[wanted] : undefined;
    const flow = isFlow(exported) ? exported : [...flows.keys()].find(({ name }) => name === wanted);
    if (flow !== undefined) return { kind: "flow", flow };
    return { kind: Object.hasOwn(exports, wanted) ? "not-a-flow" : "unknown", flowExports };
  }
  const [only, another] = flows.keys();
  if (only === undefined) return { kind: "none", flowExports };
  return another === undefined ? { kind: "flow", flow: only } : { kind: "several", flowExports };
}

function flowsIn<F>(
  exports: Readonly<Record<string, unknown>>,
  isFlow: (value: unknown) => value is F,
): ReadonlyMap<F, string> {
  const names = Object.keys(exports).toSorted((one, other) => Number(one === "default") - Number(other === "default"));
  const flows = new Map<F, string>();
  for (const name of names) {
    const value = exports[name];
    if (isFlow(value) && !flows.has(value)) flows.set(value, name);
  }
  return flows;
}
