import { matchesGlob, posix } from "node:path";
import { readCalls } from "./calls.ts";
import { readImports } from "./imports.ts";

/**
 * The shape of boundaries.json. `dependency-cruiser` could check most of the imports, but not who may call a method
 * (`callsOnlyIn`), and its version 18 reads TypeScript by a compiler older than 7.
 */
export interface Boundaries {
  /** Parts of the repository, each with the parts it may import; a package's zone has the name of its folder. */
  readonly zones: Readonly<Record<string, Zone>>;
  /** Test files may import these zones as well. */
  readonly tests: { readonly files: readonly string[]; readonly mayAlsoImport: readonly string[] };
  /** A package or Node module → the files that may import it (test files always may). */
  readonly onlyIn: Readonly<Record<string, readonly string[]>>;
  /** A method, as `db.write` → the files that may call it (test files always may). */
  readonly callsOnlyIn: Readonly<Record<string, readonly string[]>>;
  readonly slices: Slices;
  /** A folder → its folders, lowest first: each may import from those before it. Files beside the folders are free. */
  readonly orders: Readonly<Record<string, readonly string[]>>;
  /** A file with which a program starts → packages and files that it does not load before they are called. */
  readonly startsWithout: Readonly<Record<string, readonly string[]>>;
}

interface Zone {
  readonly folder: string;
  readonly mayImport: readonly string[];
  /** When given, only these files of the zone, and its tests, may import Node's own modules. */
  readonly nodeBuiltinsIn?: readonly string[];
}

/** Each folder in `root` is a slice, except for the shared ones; a slice's files are named `<noun>.<layer>.ts`. */
interface Slices {
  readonly root: string;
  /** Folder → the layers of slices that may import from it (types may be imported by all). */
  readonly sharedFolders: Readonly<Record<string, { readonly importedBy: readonly string[] }>>;
  /** Layer → the layers it may import. Files without a layer in their name are plain: all layers may import them. */
  readonly layers: Readonly<Record<string, readonly string[]>>;
}

/** Paths from the repository's root, with `/`. */
export type Sources = ReadonlyMap<string, string>;

export interface Violation {
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

export function findViolations(sources: Sources, boundaries: Boundaries): readonly Violation[] {
  const unreadable: Violation[] = [];
  const edges = [...sources].flatMap(([file, source]) => {
    try {
      return edgesOf(file, source, boundaries);
    } catch (error) {
      unreadable.push({ file, line: 1, message: error instanceof Error ? error.message : String(error) });
      return [];
    }
  });
  const broken = edges.flatMap((edge) => {
    const message = judge(edge, boundaries);
    return message === undefined ? [] : [{ file: edge.file, line: edge.line, message }];
  });
  const calls = unreadable.length > 0 ? [] : [...sources].flatMap((entry) => judgeCalls(entry, boundaries));
  return [...unreadable, ...broken, ...calls, ...findCycles(edges), ...findEarlyImports(edges, boundaries)];
}

function judgeCalls([file, source]: readonly [string, string], { callsOnlyIn, tests }: Boundaries): Violation[] {
  if (matchesAny(file, tests.files)) return [];
  return readCalls(file, source, Object.keys(callsOnlyIn)).flatMap(({ method, line }) => {
    const places = callsOnlyIn[method] ?? [];
    const message = `only ${places.join(", ")} may call ${method}(): services write by unit() of kernel/unit.ts`;
    return matchesAny(file, places) ? [] : [{ file, line, message }];
  });
}

interface Edge {
  readonly file: string;
  readonly line: number;
  readonly specifier: string;
  readonly isType: boolean;
  readonly isLate: boolean;
  /** The file that a relative import names; undefined for packages. */
  readonly target: string | undefined;
  readonly zone: string | undefined;
  readonly targetZone: string | undefined;
  readonly isTest: boolean;
}

function edgesOf(file: string, source: string, boundaries: Boundaries): readonly Edge[] {
  const zone = zoneOf(file, boundaries);
  const isTest = matchesAny(file, boundaries.tests.files);
  return readImports(file, source).map(({ specifier, isType, isLate, line }) => {
    const target = specifier.startsWith(".") ? posix.join(posix.dirname(file), specifier) : undefined;
    const targetZone = target === undefined ? zoneOfPackage(specifier, boundaries) : zoneOf(target, boundaries);
    return { file, line, specifier, isType, isLate, target, zone, targetZone, isTest };
  });
}

function judge(edge: Edge, boundaries: Boundaries): string | undefined {
  return (
    judgeZones(edge, boundaries) ??
    judgeModule(edge, boundaries) ??
    judgeSlices(edge, boundaries.slices) ??
    judgeOrder(edge, boundaries.orders)
  );
}

function judgeZones(edge: Edge, { zones, tests }: Boundaries): string | undefined {
  const { zone, targetZone, specifier, isTest } = edge;
  if (zone === undefined || targetZone === undefined || zone === targetZone) return undefined;
  if (edge.target !== undefined) return `"${specifier}" leaves ${zone}: import another package by its name`;
  const allowed = [...(zones[zone]?.mayImport ?? []), ...(isTest ? tests.mayAlsoImport : [])];
  if (allowed.includes(targetZone)) return undefined;
  return `${zone} must not import ${targetZone} ("${specifier}"); it may import ${allowed.join(", ") || "no other zone"}`;
}

function judgeModule({ file, specifier, zone, isTest }: Edge, { zones, onlyIn }: Boundaries): string | undefined {
  if (isTest || zone === undefined) return undefined;
  const name = packageName(specifier);
  const places = onlyIn[name];
  if (places !== undefined && !matchesAny(file, places)) return `only ${places.join(", ")} may import "${name}"`;
  const builtinsIn = zones[zone]?.nodeBuiltinsIn;
  if (builtinsIn === undefined || !specifier.startsWith("node:") || matchesAny(file, builtinsIn)) return undefined;
  return `${zone} must run without Node here, so it must not import "${specifier}"`;
}

function judgeSlices(edge: Edge, slices: Slices): string | undefined {
  if (edge.isType || edge.isTest || edge.target === undefined) return undefined;
  const from = placeOf(edge.file, slices);
  const to = placeOf(edge.target, slices);
  if (from !== undefined && isInRoot(edge.target, slices)) {
    return `"${edge.specifier}" puts the server together: only the files beside it may import it; what slices share is in kernel/`;
  }
  if (from === undefined || to === undefined || from.shared) return undefined;
  if (to.shared) {
    const { importedBy } = slices.sharedFolders[to.folder] ?? { importedBy: [] };
    if (importedBy.includes(from.layer)) return undefined;
    return `a ${from.layer} file must not import from ${to.folder}/ but types`;
  }
  if (from.folder !== to.folder && to.folder !== everySlice && to.layer !== "service") {
    return `${from.folder} bypasses the service of ${to.folder} ("${edge.specifier}"): import ${to.folder}.service.ts`;
  }
  if (from.layer === to.layer || to.layer === "plain" || slices.layers[from.layer]?.includes(to.layer))
    return undefined;
  return `a ${from.layer} file must not import a ${to.layer} file ("${edge.specifier}") but for types`;
}

function judgeOrder({ file, target, isTest }: Edge, orders: Boundaries["orders"]): string | undefined {
  if (isTest || target === undefined) return undefined;
  const root = Object.keys(orders).find((folder) => file.startsWith(`${folder}/`) && target.startsWith(`${folder}/`));
  if (root === undefined) return undefined;
  const order = orders[root] ?? [];
  const from = folderIn(root, file);
  const to = folderIn(root, target);
  if (from === undefined || to === undefined || from === to) return undefined;
  const unplaced = [from, to].find((folder) => !order.includes(folder));
  if (unplaced !== undefined) return `${unplaced}/ has no place in the order of ${root} in boundaries.json`;
  if (order.indexOf(to) < order.indexOf(from)) return undefined;
  return `${from}/ must not import from ${to}/, which is above it in the order of ${root}`;
}

/** Undefined for a file of the root itself. */
function folderIn(root: string, file: string): string | undefined {
  const [folder, ...rest] = file.slice(root.length + 1).split("/");
  return rest.length === 0 ? undefined : folder;
}

/** Represents the folder of a file in the root with a layer in its name, such as `filters.queries.ts`. */
const everySlice = "";

interface Place {
  readonly folder: string;
  readonly layer: string;
  readonly shared: boolean;
}

/** Undefined outside the slices: other packages, and the root's own files, which assemble the server. */
function placeOf(file: string, { root, sharedFolders, layers }: Slices): Place | undefined {
  if (!file.startsWith(`${root}/`)) return undefined;
  const layer = /\.([a-z]+)\.ts$/.exec(file)?.[1] ?? "";
  const isLayer = layer in layers;
  const [folder = "", ...rest] = file.slice(root.length + 1).split("/");
  if (rest.length === 0) return isLayer ? { folder: everySlice, layer, shared: false } : undefined;
  return { folder, layer: isLayer ? layer : "plain", shared: folder in sharedFolders };
}

/** A file in the root without a layer in its name. */
function isInRoot(file: string, slices: Slices): boolean {
  return posix.dirname(file) === slices.root && placeOf(file, slices) === undefined;
}

/** One violation per group of files that import each other; types count, because readers follow them too. */
function findCycles(edges: readonly Edge[]): readonly Violation[] {
  const graph = new Map<string, Edge[]>();
  for (const edge of edges) {
    if (edge.target === undefined || edge.isTest) continue;
    graph.set(edge.file, [...(graph.get(edge.file) ?? []), edge]);
  }
  const state = new Map<string, "open" | "done">();
  const path: Edge[] = [];
  const cycles: Violation[] = [];
  const visit = (file: string): void => {
    state.set(file, "open");
    for (const edge of graph.get(file) ?? []) {
      const target = edge.target ?? "";
      path.push(edge);
      if (state.get(target) === "open") cycles.push(describeCycle(path, target));
      else if (!state.has(target)) visit(target);
      path.pop();
    }
    state.set(file, "done");
  };
  for (const file of graph.keys()) if (!state.has(file)) visit(file);
  return cycles;
}

function describeCycle(path: readonly Edge[], start: string): Violation {
  const cycle = path.slice(path.findIndex(({ file }) => file === start));
  const [first] = cycle;
  const message = `import cycle: ${[...cycle.map(({ file }) => file), start].join(" → ")}`;
  return { file: start, line: first?.line ?? 1, message };
}

/** Packages end a path: what a package loads is said of its own files. */
function findEarlyImports(edges: readonly Edge[], { startsWithout }: Boundaries): readonly Violation[] {
  const early = Map.groupBy(
    edges.filter(({ isType, isLate }) => !isType && !isLate),
    ({ file }) => file,
  );
  return Object.entries(startsWithout).flatMap(([entry, unwanted]) => {
    const loaded = new Map<string, Edge | undefined>([[entry, undefined]]);
    const violations: Violation[] = [];
    for (const file of loaded.keys()) {
      for (const edge of early.get(file) ?? []) {
        const name = edge.target ?? edge.specifier;
        if (loaded.has(name)) continue;
        loaded.set(name, edge);
        if (!matchesAny(name, unwanted)) continue;
        const path = [...pathTo(file, loaded), name].join(" → ");
        const message = `a program starts without ${name}: have it loaded by import() where it is called (${path})`;
        violations.push({ file, line: edge.line, message });
      }
    }
    return violations;
  });
}

function pathTo(file: string, loaded: ReadonlyMap<string, Edge | undefined>): readonly string[] {
  const by = loaded.get(file);
  return by === undefined ? [file] : [...pathTo(by.file, loaded), file];
}

function zoneOf(file: string, { zones }: Boundaries): string | undefined {
  return Object.keys(zones).find((name) => file.startsWith(`${zones[name]?.folder}/`));
}

function zoneOfPackage(specifier: string, { zones }: Boundaries): string | undefined {
  const name = packageName(specifier).replace(/^@ostinato\//, "");
  return packageName(specifier) === "ostinato" || specifier.startsWith("@ostinato/") ? nameIn(zones, name) : undefined;
}

function nameIn(zones: Boundaries["zones"], name: string): string {
  return name in zones ? name : "integrations";
}

function packageName(specifier: string): string {
  const [scope = "", name] = specifier.split("/");
  return scope.startsWith("@") && name !== undefined ? `${scope}/${name}` : scope;
}

function matchesAny(file: string, globs: readonly string[]): boolean {
  return globs.some((glob) => matchesGlob(file, glob));
}
