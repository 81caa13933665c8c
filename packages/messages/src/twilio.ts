import type { HttpCall } from "./http-call.ts";
import { type BlockData, type Message, shortened, textsOf } from "./message.ts";
import { addressOf, timeoutSeconds } from "./requests.ts";

/** Twilio refuses what is longer. */
const maxCharacters = 1600;

/** Sends a text message to each of the numbers. */
export function twilio(data: BlockData, { subject, body }: Message): readonly HttpCall[] {
  const { account_sid, auth_token, from_phone_number, to_phone_numbers } = data;
  const account = encodeURIComponent(String(account_sid));
  const url = addressOf(`https://api.twilio.com/2010-04-01/Accounts/${account}/Messages.json`);
  const login = Buffer.from(`${String(account_sid)}:${String(auth_token)}`).toString("base64");
  const text = shortened(subject === "" ? body : `${subject}\r\n${body}`, maxCharacters);
  return textsOf(to_phone_numbers).map((given) => {
    const to = phoneNumber(given);
    return {
      method: "POST",
      url,
      headers: {
        accept: "application/json",
        authorization: `Basic ${login}`,
        "content-type": "application/x-www-form-urlencoded",
      },
      body: String(new URLSearchParams({ Body: text, From: phoneNumber(String(from_phone_number)), To: to })),
      timeoutSeconds,
      verify: true,
      recipient: to,
    };
  });
}

/** `+1 800 123 4567` as Twilio wants it. */
function phoneNumber(given: string): string {
  return `+${given.replace(/\D/g, "")}`;
}
