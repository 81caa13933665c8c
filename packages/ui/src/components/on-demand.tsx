import { type ComponentType, type ReactNode, useEffect, useState } from "react";

/**
 * A part of a page whose code loads when it is first shown. Unlike React's `lazy` it appears as soon as it has loaded: Suspense keeps a
 * placeholder for 300 ms, and delays what follows by as much again.
 */
export function onDemand<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
  placeholder: ReactNode = null,
): ComponentType<Props> {
  let loaded: ComponentType<Props> | undefined;
  // biome-ignore lint/correctness/noComponentHookFactories: called once for each part, where a module begins
  return function OnDemand(props: Props) {
    const [Part, setPart] = useState(() => loaded);
    const [failure, setFailure] = useState<{ readonly error: unknown }>();
    useEffect(() => {
      if (Part !== undefined) return;
      load().then(
        (part) => {
          loaded = part;
          setPart(() => part);
        },
        (error: unknown) => setFailure({ error }),
      );
    }, [Part]);
    if (failure !== undefined) throw failure.error;
    return Part === undefined ? placeholder : <Part {...props} />;
  };
}
