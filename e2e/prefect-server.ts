import { type RunningServer, startChildServer } from "./child-server.ts";

/** Starts the server of the Prefect that this Python has. */
export function startPrefect(
  python: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<RunningServer> {
  return startChildServer({
    name: "prefect",
    program: python,
    args: ["-m", "prefect", "server", "start"],
    environment: { ...alone, ...environment },
    homeVariable: "PREFECT_HOME",
  });
}

/** Keeps Prefect in its folder and disables its telemetry. */
const alone = {
  PREFECT_SERVER_ANALYTICS_ENABLED: "false",
  DO_NOT_TRACK: "1",
  PREFECT_SERVER_UI_ENABLED: "false",
};
