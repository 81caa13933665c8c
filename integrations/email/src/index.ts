export { EmailServer } from "./email-server.ts";
export { type Attachment, type Email, type Mailer, mailer, type SentEmail } from "./mailer.ts";
