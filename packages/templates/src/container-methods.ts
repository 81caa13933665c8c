import { TemplateRenderError } from "./errors.ts";
import { methods } from "./methods.ts";
import { isEqual } from "./operators.ts";
import { sequenceOf } from "./sequences.ts";
import { type Dict, type Range, Tuple, typeName, type Value, View } from "./values.ts";

export const dictMethods = methods<Dict>({
  items: ["", (dict) => new View("dict_items", pairs(dict))],
  keys: ["", (dict) => new View("dict_keys", [...dict.keys()])],
  values: ["", (dict) => new View("dict_values", [...dict.values()])],
  copy: ["", (dict) => new Map(dict)],
  get: [
    "key default",
    (dict, given) => {
      const found = dict.get(given.value("key"));
      if (found !== undefined) return found;
      return given.has("default") ? given.value("default") : null;
    },
  ],
});

export function pairs(dict: Dict): Value[] {
  return [...dict].map(([key, value]) => new Tuple([key, value]));
}

export const listMethods = methods<Value[] | Tuple | Range>({
  count: [
    "value",
    (list, given, { budget }) => {
      return BigInt(sequenceOf(list).filter((each) => isEqual(each, given.value("value"), budget)).length);
    },
  ],
  index: [
    "value",
    (list, given, { budget }) => {
      const at = sequenceOf(list).findIndex((each) => isEqual(each, given.value("value"), budget));
      if (at < 0) throw new TemplateRenderError("the value is not in the list");
      return BigInt(at);
    },
  ],
  copy: [
    "",
    (list) => {
      if (!Array.isArray(list)) throw new TemplateRenderError(`a ${typeName(list)} has no copy`);
      return [...list];
    },
  ],
});
