import { expect, test } from "vitest";
import {
  defaultStateName,
  isFailure,
  isTerminal,
  openStateTypes,
  stateNames,
  stateTypes,
  terminalStateTypes,
  typeOfName,
} from "./states.ts";

test("every type is open or terminal, and failures are terminal", () => {
  expect([...openStateTypes, ...terminalStateTypes].toSorted()).toEqual([...stateTypes].toSorted());
  expect(openStateTypes.filter(isTerminal)).toEqual([]);
  expect(stateTypes.filter(isFailure)).toEqual(["FAILED", "CRASHED"]);
});

test("every known name belongs to one type, and the default name of a type to that type", () => {
  const names = Object.values(stateNames);
  expect(new Set(names).size).toBe(names.length);
  expect(names.filter((name) => typeOfName(name) === undefined)).toEqual([]);
  for (const type of stateTypes) expect(typeOfName(defaultStateName[type])).toBe(type);
  expect(typeOfName("NotReady")).toBe("PENDING");
  expect(typeOfName("A name of somebody")).toBeUndefined();
});
