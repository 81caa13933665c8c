import { S3Client, type S3ClientConfig } from "@aws-sdk/client-s3";

/**
 * A client for AWS, or for another store where an endpoint is given, which `config` may say more of. A bucket of another region is asked again in the
 * region that S3 names, as AWS's client for Python does.
 */
export function openS3Client(config: S3ClientConfig): S3Client {
  return new S3Client({ followRegionRedirects: true, ...forOtherStores(config), ...config });
}

/**
 * Other stores than AWS seldom have a host name for each bucket, and some refuse the checksums that the client adds to every
 * request since 2025.
 */
function forOtherStores({ endpoint }: S3ClientConfig): S3ClientConfig {
  const { AWS_ENDPOINT_URL_S3: own, AWS_ENDPOINT_URL: general } = process.env;
  if (endpoint === undefined && !own && !general) return {};
  return {
    forcePathStyle: true,
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
  };
}
