import type { Serve } from "../operation.ts";
export declare function concurrencyLimitRoutes(serve: Serve): void;
