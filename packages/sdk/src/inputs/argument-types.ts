import type { RunFuture } from "../run/future.ts";
import type { AllowedFailure } from "../run/links.ts";
import type { CompletedState, DeclaredState, UnsuccessfulState } from "../states.ts";

/** Values that are passed as they are, without a search for futures inside. */
type Opaque =
  | string
  | number
  | bigint
  | boolean
  | symbol
  | null
  | undefined
  | Date
  | RegExp
  | Error
  | URL
  | ArrayBuffer
  | ArrayBufferView
  | ReadonlyMap<unknown, unknown>
  | ReadonlySet<unknown>
  | ((...args: never[]) => unknown);

/** The argument of a task whose function takes a `T`: a `T`, a future of one, or arrays and plain objects that contain futures. */
export type Argument<T> =
  | T
  | RunFuture<T>
  | (T extends Error ? AllowedFailure<Exclude<T, Error>> : never)
  | AllowedFailureOf<T>
  | (T extends Opaque ? never : T extends object ? { [K in keyof T]: Argument<T[K]> } : never);

/** `allowFailure(future)` is accepted where the function also takes an error. */
type AllowedFailureOf<T> = [Error] extends [T] ? AllowedFailure<Exclude<T, Error>> : never;

export type Arguments<A extends readonly unknown[]> = { [K in keyof A]: Argument<A[K]> };

/** The awaited value of a function that returns `R`: declared states and futures inside arrays give their values. */
export type Result<R> =
  R extends DeclaredState<infer T>
    ? T
    : R extends CompletedState<infer T>
      ? T
      : R extends UnsuccessfulState
        ? never
        : R extends RunFuture<infer T>
          ? T
          : R extends readonly unknown[]
            ? { [K in keyof R]: Result<R[K]> }
            : R;
