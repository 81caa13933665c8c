/** Commands that make a webhook and post to it. A test runs them as they stand. */
export function firstWebhook({
  apiBase,
  passwordRequired,
}: {
  readonly apiBase: string;
  readonly passwordRequired: boolean;
}): string {
  const signIn = passwordRequired ? " -u user:password" : "";
  const webhook = {
    name: "orders",
    template: { event: "order.paid", resource: { "prefect.resource.id": "order.{{ body.order }}" } },
  };
  return [
    `address=$(curl -s${signIn} ${apiBase}/webhooks/ -H 'content-type: application/json' \\`,
    `  -d '${JSON.stringify(webhook)}' \\`,
    `  | sed 's/.*"address":"\\([^"]*\\)".*/\\1/')`,
    `echo "$address"`,
    `curl "$address" -H 'content-type: application/json' -d '{"order": 17, "amount": 120}'`,
  ].join("\n");
}
