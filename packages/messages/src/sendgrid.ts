import type { HttpCall } from "./http-call.ts";
import { htmlOf } from "./markdown.ts";
import { type BlockData, type Message, textsOf } from "./message.ts";
import { addressOf, posted } from "./requests.ts";

/** Sends a mail to each of the addresses, so that none shows the others. Bodies may hold HTML, as those of Prefect's block. */
export function sendgrid(data: BlockData, { subject, body }: Message): readonly HttpCall[] {
  const { api_key, sender_email, to_emails } = data;
  return textsOf(to_emails).map((email) => ({
    ...posted(
      addressOf("https://api.sendgrid.com/v3/mail/send"),
      {
        personalizations: [{ to: [{ email }] }],
        from: { email: sender_email },
        subject: subject === "" ? "<no subject>" : subject,
        content: [
          { type: "text/plain", value: body },
          { type: "text/html", value: htmlOf(body, { withHtml: true }) },
        ],
      },
      { authorization: `Bearer ${String(api_key)}` },
    ),
    recipient: email,
  }));
}
