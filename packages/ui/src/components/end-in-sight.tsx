import { useEffect, useRef } from "react";
import { Button } from "./button.tsx";

/** Stands below a list that is read page by page: reads the next page when it comes near the sight, or by its button. */
export function EndInSight(props: { readonly reading: boolean; readonly onMore: () => void }) {
  const end = useRef<HTMLDivElement>(null);
  const more = useRef(props.onMore);
  useEffect(() => {
    more.current = props.onMore;
  });
  const { reading } = props;
  useEffect(() => {
    if (end.current === null || reading) return undefined;
    const observer = new IntersectionObserver((entries) => {
      if (entries.some((entry) => entry.isIntersecting)) more.current();
    }, aheadOfSight);
    observer.observe(end.current);
    return () => observer.disconnect();
  }, [reading]);
  return (
    <div ref={end} className="flex justify-center">
      <Button disabled={reading} onClick={props.onMore}>
        Show more
      </Button>
    </div>
  );
}

const aheadOfSight = { rootMargin: "400px" };
