/** A grey placeholder of the content's size, shown only if loading takes noticeably long. */
export function Skeleton({ rows = 6, height = 32 }: { readonly rows?: number; readonly height?: number }) {
  return (
    <div className="fade-late" role="status" aria-label="Loading">
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the lines have no identity
        <div key={row} className="flex items-center px-3" style={{ height }}>
          <div className="h-2.5 rounded-full bg-pressed" style={{ width: `${38 + ((row * 29) % 47)}%` }} />
        </div>
      ))}
    </div>
  );
}
