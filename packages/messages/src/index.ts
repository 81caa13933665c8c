export { type Delivered, deliver } from "./deliver.ts";
export type { HttpCall } from "./http-call.ts";
export { type Letter, sendLetter } from "./mail/letter.ts";
export type { MailAttachment } from "./mail/mail.ts";
export type { SentMail } from "./mail/send-mail.ts";
export { type Message, type MessageBlock, NotSent, type RetryPace } from "./message.ts";
export { post } from "./post.ts";
export { type IsReachable, type Network, reachable } from "./reachable.ts";
export { messageTypes, type SendOptions, sendMessage } from "./send-message.ts";
