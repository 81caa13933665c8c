/** The consequences of deleting flow runs, as the confirmation shows them. */
export const deletionOfFlowRuns = {
  goes: "task runs, states, inputs, log lines and results",
  stays: "Subflows, artifacts and results outside the database (in files, in buckets) stay.",
  working: "A program that is still working is notified and ends, as if it were cancelled.",
} as const;
