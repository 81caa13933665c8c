import type { Context } from "../context.ts";
import { type Loop } from "./loop.ts";
/** Everything that a server which listens does by itself. Several servers on one database may all do it. */
export declare function createLoops(context: Context): readonly Loop[];
