/** A call of a flow outside of any run. */
export interface TopLevelCall {
  readonly flowName: string;
}

/** Kept under a global symbol, because whoever loads a file may have another copy of this package than the file. */
const key = Symbol.for("ostinato.onTopLevelFlow");
const holder = globalThis as { [key]?: ((call: TopLevelCall) => void) | undefined };

/** Tells whoever loads a file to run one of its flows about a flow that the file calls while it loads. */
export function announceCall(call: TopLevelCall): void {
  holder[key]?.(call);
}

/** Calls the function for each call of a flow outside of any run. It may refuse the call by throwing. */
export function onTopLevelCall(hear: ((call: TopLevelCall) => void) | undefined): void {
  holder[key] = hear;
}
