/**
 * The Pythons that have a real Prefect client: the newest whose contract was verified and the one before. npm brings neither:
 * `.ci/run` makes a virtual environment of each file of requirements and names them in these variables. Without them the tests skip.
 */
export const clients = [
  { requirements: "requirements.txt", python: process.env.PREFECT_PYTHON },
  { requirements: "requirements-before.txt", python: process.env.PREFECT_PYTHON_BEFORE },
];

/** The environment in which a Prefect program finds the server, and keeps to itself. */
export function prefectEnvironment(apiUrl: string, home: string): NodeJS.ProcessEnv {
  return {
    ...process.env,
    PREFECT_API_URL: apiUrl,
    PREFECT_HOME: home,
    PREFECT_SERVER_ANALYTICS_ENABLED: "false",
    DO_NOT_TRACK: "1",
  };
}
