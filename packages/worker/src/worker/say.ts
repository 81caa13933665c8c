/** Tells the person who started the worker. */
export type Say = (level: "debug" | "info" | "warning" | "error", message: string) => void;
