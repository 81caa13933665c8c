export { SchemaTooNew } from "./db/migrate.ts";
export { type Config, ConfigError, type Environment, readConfig, readDatabase, settings } from "./kernel/config.ts";
export { logger } from "./kernel/logger.ts";
export { createServer, type Server, type ServerOptions } from "./main.ts";
