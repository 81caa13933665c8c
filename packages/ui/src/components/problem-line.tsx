/** Why something that was asked for by a switch or a button was not done; nothing where it was. */
export function ProblemLine({ problem }: { readonly problem: string | undefined }) {
  return problem === undefined ? null : (
    <p role="alert" className="rounded-md border border-l-3 border-l-danger bg-surface px-3 py-2 break-words">
      {problem}
    </p>
  );
}
