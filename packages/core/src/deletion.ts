/** What becomes of a flow run that is deleted, for whoever is asked whether to do it. */
export const deletionOfFlowRuns = {
  goes: "task runs, states, inputs, log lines and results",
  stays: "Subflows, artifacts and result files outside of the database stay.",
  working: "A program that still works on it is told and ends, as by a cancel.",
} as const;
