/** What happened last as small bars, the latest on the right. Those that failed are taller, so that they are seen without colour too. */
export function Marks(props: {
  readonly label: string;
  /** The latest first. */
  readonly marks: readonly {
    readonly id: string;
    readonly title: string;
    readonly color: string;
    readonly failed: boolean;
  }[];
}) {
  return (
    <span role="img" aria-label={props.label} className="inline-flex h-5 items-end gap-0.5">
      {props.marks.toReversed().map(({ id, title, color, failed }) => (
        <span
          key={id}
          title={title}
          className="w-1.5 rounded-[1px]"
          style={{ background: color, height: failed ? 20 : 12 }}
        />
      ))}
    </span>
  );
}
