import type { HttpCall } from "./http-call.ts";
import { type BlockData, type Message, shortened, textEntries, textOf, textsOf } from "./message.ts";
import { addressOf, posted } from "./requests.ts";

const client = "Ostinato";
const maxPagerDutySummary = 1024;
const maxOpsgenieMessage = 130;
const maxOpsgenieDescription = 15_000;

const pagerDutyHosts: Readonly<Record<string, string>> = { us: "events.pagerduty.com", eu: "events.eu.pagerduty.com" };
const opsgenieHosts: Readonly<Record<string, string>> = { us: "api.opsgenie.com", eu: "api.eu.opsgenie.com" };

/** By the kind of message. */
const severities: Readonly<Record<string, string>> = {
  info: "info",
  success: "info",
  warning: "warning",
  failure: "critical",
};

/** Raises an event of PagerDuty. Attempts have one key, so that they are one alert. */
export function pagerDuty(data: BlockData, { id, subject, body }: Message): readonly HttpCall[] {
  const { integration_key, api_key, region_name, notify_type, source, component, group, class_id } = data;
  const details = [
    ...textEntries(data.custom_details),
    // Prefect's name of it, by which rules of PagerDuty find it.
    ...(subject === "" ? [] : [["Prefect Notification Body", body] as const]),
  ];
  const link = textOf(data.clickable_url);
  const host = pagerDutyHosts[String(region_name ?? "us")] ?? pagerDutyHosts.us;
  return [
    posted(
      addressOf(`https://${host}/v2/enqueue`),
      {
        routing_key: integration_key,
        payload: {
          summary: shortened(subject === "" ? body : subject, maxPagerDutySummary),
          severity: severities[String(notify_type ?? "info")] ?? "info",
          source: textOf(source) ?? client,
          component: textOf(component) ?? "Notification",
          ...(textOf(group) === undefined ? {} : { group }),
          ...(textOf(class_id) === undefined ? {} : { class: class_id }),
          ...(details.length === 0 ? {} : { custom_details: Object.fromEntries(details) }),
        },
        client,
        event_action: "trigger",
        dedup_key: id,
        ...(link === undefined ? {} : { links: [{ href: link }] }),
      },
      { authorization: `Token token=${String(api_key)}` },
    ),
  ];
}

interface Responder {
  readonly type: string;
  readonly id?: string;
  readonly name?: string;
  readonly username?: string;
}

/** Raises an alert of Opsgenie for all who are named, or for each of them. Attempts have one alias, so that they are one alert. */
export function opsgenie(data: BlockData, { id, subject, body }: Message): readonly HttpCall[] {
  const { apikey, region_name, batch, priority, entity, notify_type } = data;
  const host = opsgenieHosts[String(region_name ?? "us")] ?? opsgenieHosts.us;
  const title = subject === "" ? body : subject;
  const tags = textsOf(data.tags);
  const alert = {
    source: client,
    message: shortened(title, maxOpsgenieMessage),
    description: shortened(title.length > maxOpsgenieMessage ? `${title}\n${body}` : body, maxOpsgenieDescription),
    details: { ...Object.fromEntries(textEntries(data.details)), type: String(notify_type ?? "info") },
    priority: `P${Number(priority ?? 3)}`,
    ...(tags.length === 0 ? {} : { tags }),
    ...(textOf(entity) === undefined ? {} : { entity }),
  };
  const given = textOf(data.alias);
  const send = (responders: readonly Responder[], part: string): HttpCall => ({
    ...posted(
      addressOf(`https://${host}/v2/alerts`),
      {
        ...alert,
        alias: given ?? `${id}${part === "" ? "" : `-${part}`}`,
        ...(responders.length === 0 ? {} : { responders }),
      },
      { authorization: `GenieKey ${String(apikey)}` },
    ),
    ...(part === "" ? {} : { recipient: part }),
  });
  const responders = respondersOf(data);
  if (batch === true || responders.length < 2) return [send(responders, "")];
  return responders.map((responder) => send([responder], responder.name ?? responder.username ?? responder.id ?? ""));
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function respondersOf({ target_user, target_team, target_schedule, target_escalation }: BlockData): Responder[] {
  const named = (type: string, nameField: "name" | "username", given: unknown) =>
    textsOf(given).map((name) => ({ type, ...(uuid.test(name) ? { id: name } : { [nameField]: name }) }));
  return [
    ...named("user", "username", target_user),
    ...named("team", "name", target_team),
    ...named("schedule", "name", target_schedule),
    ...named("escalation", "name", target_escalation),
  ];
}
