// Bringing events and logs to a server: for programs that run flows. The websocket's part is in `./node`, apart, because a
// program whose server is in its own process need not load it.
export * from "./batch-poster.ts";
export * from "./event-sink.ts";
export * from "./handed-over-sink.ts";
export type { OutboxCapacity } from "./outbox.ts";
