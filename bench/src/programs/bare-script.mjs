// What such a program takes without us: Node, and zod.
import { z } from "zod";

z.object({ number: z.number() }).parse({ number: 1 });
