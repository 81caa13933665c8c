import { GcsBucket } from "@ostinato/gcp";
import { MlflowTracking } from "@ostinato/mlflow";
import { AsyncDatabase } from "@ostinato/sql";

/** Blocks by these names say where data and models are; the programs in Python load the same. */
export const claimsBucket = () => GcsBucket.load("insurance-claims");
export const tracking = () => MlflowTracking.load("insurance");
export const claimsDatabase = () => AsyncDatabase.load("insurance");

export const rawClaims = "raw/claims.csv";
export const experiment = "insurance-fraud";
export const search = "insurance-fraud-search";
export const registeredModel = "insurance-fraud";
