import { defineDriver } from "ostinato/driver";

/**
 * Executes each run in a container of its own: `ostinato worker start --pool images --type docker`. The engine is that of `DOCKER_HOST`, else the one
 * at the default socket.
 */
export const docker = defineDriver({
  type: "docker",
  async open(options) {
    const { openDockerDriver } = await import("./docker-driver.ts");
    return openDockerDriver(options);
  },
});
