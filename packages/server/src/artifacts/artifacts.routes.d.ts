import { type Serve } from "../operation.ts";
export declare function artifactRoutes(serve: Serve): void;
