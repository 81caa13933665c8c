export type { Bucket, BucketObject, FolderOptions, LinkOptions, UploadFolderOptions, WriteOptions } from "./bucket.ts";
export { type BucketBlock, findBucketBlock, packageForBucket, registerBucketBlock } from "./bucket-blocks.ts";
export { BucketError, type BucketErrorCode } from "./bucket-error.ts";
export { type BucketPlace, bucketOf } from "./bucket-of.ts";
export type { BucketStore, ObjectBody, StoredObject } from "./bucket-store.ts";
