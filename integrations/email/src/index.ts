export { EmailServer } from "./email-server.ts";
export { type Attachment, type Email, type Mailer, type MailServer, mailer, type SentEmail } from "./mailer.ts";
