import type { Context } from "../context.ts";
/** Work that a server does by itself, now and again. */
export interface Loop {
    readonly name: string;
    /** Does it once. */
    tick(): Promise<void>;
    start(): void;
    /** Resolves when the tick that is under way is done. */
    stop(): Promise<void>;
}
export interface LoopOptions {
    readonly name: string;
    readonly everySeconds: number;
    readonly work: (context: Context) => Promise<unknown>;
}
/** The next tick is counted from the end of the one before. One that fails is reported, and the next one comes. */
export declare function createLoop(context: Context, { name, everySeconds, work }: LoopOptions): Loop;
