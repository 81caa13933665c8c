// Parts that need Node, or that only programs that run flows need; browsers use the package's main entry.
export * from "./api-socket.ts";
export * from "./event-socket.ts";
export * from "./event-subscription.ts";
export * from "./reconnecting-socket.ts";
export * from "./slot-waking.ts";
export * from "./task-deliveries.ts";
export * from "./task-run-waking.ts";
export * from "./waking-subscription.ts";
