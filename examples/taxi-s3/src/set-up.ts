import { AwsCredentials, S3Bucket } from "@ostinato/aws";
import { blocks } from "ostinato";
import { automation, email, notify } from "ostinato/automations";
import { taxiS3 } from "./flow.ts";

export interface Places {
  /** Of the store; AWS itself unless given. */
  readonly endpoint?: string | undefined;
  readonly bucket: string;
  readonly keyId: string;
  readonly secret: string;
  readonly region: string;
  readonly mailServer: { readonly host: string; readonly port: number };
  readonly mailTo: string;
}

/** Saves the blocks and the automation. People change the blocks on the pages from then on, until this is called again. */
export async function setUp({ endpoint, bucket, keyId, secret, region, mailServer, mailTo }: Places): Promise<void> {
  const account = {
    aws_access_key_id: keyId,
    aws_secret_access_key: secret,
    region_name: region,
    ...(endpoint === undefined ? {} : { aws_client_parameters: { endpoint_url: endpoint } }),
  };
  await AwsCredentials.save("taxi", account, replaced);
  const credentials = AwsCredentials.named("taxi");
  await S3Bucket.save("taxi", { bucket_name: bucket, credentials }, replaced);
  await S3Bucket.save("taxi-results", { bucket_name: bucket, bucket_folder: "results", credentials }, replaced);
  const server = { smtp_server: mailServer.host, smtp_port: mailServer.port, smtp_type: "INSECURE" };
  await blocks.emailServer.save("taxi", server, replaced);
  const mail = { server: blocks.emailServer.named("taxi"), to: [mailTo], sender: "taxi@example.com" };
  await blocks.email.save("taxi", mail, replaced);
  await done.save();
}

const replaced = { overwrite: true };

/** Tells by mail that a model is there. */
const done = automation({
  name: "taxi-s3 is done",
  when: { flow: taxiS3, state: "Completed" },
  then: notify(email("taxi"), {
    subject: "taxi-s3: a new model",
    body: "Flow run **{{ flow_run.name }}** has measured its models: {{ flow_run|ui_url }}",
  }),
});
