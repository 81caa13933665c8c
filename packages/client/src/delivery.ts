// Delivery of events and logs to a server, for programs that run flows. The websocket stands apart in `./node`, because a program whose
// server is in its own process does not load it.
export * from "./batch-poster.ts";
export * from "./event-sink.ts";
export * from "./handed-over-sink.ts";
export * from "./log-buffer.ts";
export type { OutboxCapacity } from "./outbox.ts";
