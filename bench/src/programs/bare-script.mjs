// The baseline of such a program without Ostinato: Node and zod.
import { z } from "zod";

z.object({ number: z.number() }).parse({ number: 1 });
