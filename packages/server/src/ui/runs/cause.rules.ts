/** Whatever failed: a flow run, a task run, a subflow. */
interface Failing {
  readonly message: string | null;
}

/**
 * The call that brought the flow run down, among those that failed, the first ones first. A flow may have caught what its calls threw and
 * failed for another reason: then its message has nothing of theirs, and it is none of them.
 */
export function culprit<T extends Failing>(calls: readonly T[], flowMessage: string | null): T | undefined {
  const said = errorText(flowMessage);
  const causes = calls.filter(({ message }) => !isSymptom(errorText(message)));
  if (said === "" || isSymptom(said)) {
    const named = said === "" ? undefined : causes.find(({ message }) => contains(said, errorText(message)));
    return named ?? causes[0] ?? calls[0];
  }
  return calls.find(({ message }) => {
    const text = errorText(message);
    return contains(said, text) || (text !== "" && text.includes(said));
  });
}

/** Whether a flow's message has this error. */
export function tells(flowMessage: string | null, message: string | null): boolean {
  return contains(errorText(flowMessage), errorText(message));
}

function contains(said: string, text: string): boolean {
  return text !== "" && said.includes(text.slice(0, comparedCharacters));
}

/** Both texts may be cut, and the longer one begins with other words. */
const comparedCharacters = 500;

/** Messages that count what failed, or say that something did not start, give no cause. */
function isSymptom(message: string): boolean {
  return symptoms.some((symptom) => symptom.test(message));
}

const symptoms = [
  /^\d+\/\d+ states (failed|are not final)/,
  /^\d+ of \d+ /,
  /^Task run ".*" did not start: /,
  /^(?:[\w.]*\.)?UpstreamTaskError: |^Upstream task run /,
  /^(?:[\w.]*\.)?UnfinishedRun: /,
];

/** The error itself, without the sentence that Prefect's clients put before it. */
export function errorText(message: string | null): string {
  return (message ?? "").replace(/^(?:Flow|Task) run encountered an exception:?\s*/, "").trim();
}
