import { described, sharedBlock } from "ostinato/integration";
import { type Mlflow, mlflow } from "./mlflow.ts";

const none = { type: "null" };
const textOrNone = { anyOf: [{ type: "string" }, none], default: null };
const secretOrNone = { anyOf: [{ type: "string", format: "password", writeOnly: true }, none], default: null };

export interface MlflowTrackingValues {
  /** `http://mlflow:5000` */
  readonly tracking_uri: string;
  readonly username?: string | null;
  readonly password?: string | null;
  /** In place of a username: a token of a proxy or a hosted MLflow. */
  readonly token?: string | null;
  /** Where people see the pages, where that is another address than programs ask. */
  readonly pages_url?: string | null;
}

/**
 * An MLflow server with who signs in to it. `MlflowTracking.load("main")` gives an {@link Mlflow}.
 *
 * ```ts
 * import { MlflowTracking } from "@ostinato/mlflow";
 *
 * await MlflowTracking.save("main", { tracking_uri: "http://mlflow:5000" });
 * const tracking = await MlflowTracking.load("main");
 * const best = await tracking.bestRun("taxi", { metric: "rmse", by: "min" });
 * ```
 */
export const MlflowTracking = sharedBlock(
  {
    type: "mlflow-tracking",
    name: "MLflow Tracking",
    description: "An MLflow server, where experiments, runs and models are kept.",
    schema: described<MlflowTrackingValues>({
      title: "MlflowTracking",
      required: ["tracking_uri"],
      properties: {
        tracking_uri: { type: "string", title: "Tracking URI" },
        username: { ...textOrNone, title: "Username" },
        password: { ...secretOrNone, title: "Password" },
        token: { ...secretOrNone, title: "Token" },
        pages_url: { ...textOrNone, title: "Pages URL" },
      },
    }),
    secrets: ["password", "token"],
  },
  ({ tracking_uri, username, password, token, pages_url }): Mlflow =>
    mlflow({
      url: tracking_uri,
      username: username ?? undefined,
      password: password ?? undefined,
      token: token ?? undefined,
      pagesUrl: pages_url ?? undefined,
    }),
);
