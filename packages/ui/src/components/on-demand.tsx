import { type ComponentType, type ReactNode, useEffect, useState } from "react";

/** A component that is loaded when it is first shown, or before by `load`. */
export type OnDemand<Props> = ComponentType<Props> & { load(): Promise<void> };

/**
 * A part of a page whose code loads when it is first shown. Unlike React's `lazy` it appears as soon as it has loaded: Suspense keeps a
 * placeholder for 300 ms, and delays what follows by as much again.
 */
export function onDemand<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
  placeholder: ReactNode | ((props: Props) => ReactNode) = null,
): OnDemand<Props> {
  let loaded: ComponentType<Props> | undefined;
  const loadOnce = async () => {
    loaded ??= await load();
  };
  // biome-ignore lint/correctness/noComponentHookFactories: called once for each part, where a module begins
  function Part(props: Props) {
    const [Loaded, setLoaded] = useState(() => loaded);
    const [failure, setFailure] = useState<{ readonly error: unknown }>();
    useEffect(() => {
      if (Loaded !== undefined) return;
      loadOnce().then(
        () => setLoaded(() => loaded),
        (error: unknown) => setFailure({ error }),
      );
    }, [Loaded]);
    if (failure !== undefined) throw failure.error;
    if (Loaded !== undefined) return <Loaded {...props} />;
    return typeof placeholder === "function" ? placeholder(props) : placeholder;
  }
  return Object.assign(Part, { load: loadOnce });
}
