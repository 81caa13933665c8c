import type { PostMark } from "../api/types.ts";
import { Marks } from "../components/marks.tsx";
import { exact } from "../format.ts";

/** What became of the latest posts. */
export function PostMarks({ posts }: { readonly posts: readonly PostMark[] }) {
  if (posts.length === 0) return <span className="text-faint">nothing yet</span>;
  const failed = posts.filter(({ reason }) => reason !== null).length;
  return (
    <Marks
      label={`The last ${posts.length} posts: ${failed === 0 ? "all made events" : `${failed} made no event`}`}
      marks={posts.map(({ id, occurred, event, reason }) => ({
        id,
        title: `${exact(occurred)}: ${reason ?? event}`,
        color: `var(--state-${reason === null ? "completed" : "failed"})`,
        failed: reason !== null,
      }))}
    />
  );
}
