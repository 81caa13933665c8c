/** Levels are Python's: 10 debug, 20 info, 30 warning, 40 error, 50 critical. */
export const logLevels = { debug: 10, info: 20, warning: 30, error: 40, critical: 50 } as const;
