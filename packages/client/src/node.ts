// What only Node can do, or only programs that run flows need; the browser uses the package's main entry.
export * from "./api-socket.ts";
export * from "./event-socket.ts";
export * from "./event-subscription.ts";
