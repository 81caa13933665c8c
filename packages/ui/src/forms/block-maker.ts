import { type ComponentType, createContext } from "react";

/** Makes a block of one of the types, for the field that asked for it. */
export interface BlockMakerProps {
  readonly slugs: readonly string[];
  readonly onClose: () => void;
  /** Called with the id of the new block. */
  readonly onSaved: (id: string) => void;
}

/** The dialog that makes blocks. Its form is drawn as all forms are, so that forms can't import it. */
export const BlockMaker = createContext<ComponentType<BlockMakerProps> | undefined>(undefined);
