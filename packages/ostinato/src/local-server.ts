export { startLocalServer } from "@ostinato/cli/local-server";
