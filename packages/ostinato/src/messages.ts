export { type Letter, type MailAttachment, NotSent, post, type SentMail, sendLetter } from "@ostinato/messages";
