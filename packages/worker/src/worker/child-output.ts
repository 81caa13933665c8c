/** Stands before and after what a run's process has sent to the server by itself, so that the worker does not send it again. */
const mark = "\u001e";

/** Tells Ostinato's and Prefect's clients to mark the log lines that they send by themselves. */
export const markingVariables: Readonly<Record<string, string>> = {
  OSTINATO__SENT_LINE_MARK: mark,
  PREFECT_LOGGING_FORMATTERS_STANDARD_FLOW_RUN_FMT: pythonFormat("Flow run %(flow_run_name)r"),
  PREFECT_LOGGING_FORMATTERS_STANDARD_TASK_RUN_FMT: pythonFormat("Task run %(task_run_name)r"),
};

function pythonFormat(speaker: string): string {
  return `${mark}%(asctime)s.%(msecs)03d | %(levelname)-7s | ${speaker} - %(message)s${mark}`;
}

export interface ReadLine {
  readonly text: string;
  /** Whether the run's own process has sent the line to the server. */
  readonly isSent: boolean;
}

/** Tells apart, in the lines of one stream, what the process has sent to the server by itself and what it only wrote. */
export class ChildOutput {
  /** Between the two marks of a message with several lines. */
  #isInside = false;
  /** After a message, where Python writes the traceback of its exception. */
  #isBehind = false;

  read(line: string): ReadLine {
    const marks = line.split(mark).length - 1;
    const text = line.replaceAll(mark, "");
    if (marks > 0) {
      this.#isInside = (marks % 2 === 1) !== this.#isInside;
      this.#isBehind = !this.#isInside;
      return { text, isSent: true };
    }
    if (this.#isInside) return { text, isSent: true };
    this.#isBehind &&= isOfTraceback(text);
    return { text, isSent: this.#isBehind };
  }
}

function isOfTraceback(line: string): boolean {
  return /^(Traceback \(most recent call last\):|\s|$|During handling of the above|The above exception was|[\w.]+(Error|Exception|Exit|Interrupt|Warning)\b)/.test(
    line,
  );
}
