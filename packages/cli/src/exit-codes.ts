/** Exit codes of the command, described in docs/cli.md. */
export const exitCodes = {
  fine: 0,
  /** The run failed or crashed, or the command could not do what was asked. */
  failed: 1,
  /** The command line is wrong: an unknown option, a missing argument, a parameter that the flow does not take. */
  usage: 2,
  /** The command needs a running server, and there is none. */
  notRunning: 3,
  /** The run was cancelled, or the command was interrupted. */
  cancelled: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
