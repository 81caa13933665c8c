import { readFileSync } from "node:fs";
import { join } from "node:path";
import { FromNodePackageJson, License } from "@cyclonedx/cyclonedx-library/Contrib";
import { ComponentType } from "@cyclonedx/cyclonedx-library/Enums";
import { Bom, type Component } from "@cyclonedx/cyclonedx-library/Models";
import { JSON as CycloneDxJson, JsonSerializer } from "@cyclonedx/cyclonedx-library/Serialize";
import { Spec1dot6 } from "@cyclonedx/cyclonedx-library/Spec";
import { PackageURL } from "packageurl-js";
import parseSpdxExpression from "spdx-expression-parse";
import type { Manifest } from "./manifest.ts";

const builder = new FromNodePackageJson.Builders.ComponentBuilder(
  new FromNodePackageJson.Factories.ExternalReferenceFactory(),
  new License.Factories.LicenseFactory(parseSpdxExpression),
);

/**
 * The components of the product in CycloneDX: audits on a user's machine see installed packages, but not bundled ones. The same sources
 * give the same text.
 */
export function sbomOf(own: Manifest, packageFolders: ReadonlySet<string>): string {
  const product = componentOf(own, ComponentType.Application);
  const bom = new Bom();
  bom.metadata.component = product;
  for (const folder of packageFolders) {
    const component = componentOf(
      JSON.parse(readFileSync(join(folder, "package.json"), "utf8")),
      ComponentType.Library,
    );
    bom.components.add(component);
    product.dependencies.add(component.bomRef);
  }
  const serializer = new JsonSerializer(new CycloneDxJson.Normalize.Factory(Spec1dot6));
  return `${serializer.serialize(bom, { sortLists: true, space: 2 })}\n`;
}

function componentOf(manifest: Manifest, type: ComponentType): Component {
  const component = builder.makeComponent(manifest, type);
  if (component === undefined) throw new Error(`${manifest.name} can't be a part of the list: it has no name`);
  const { group, name, version } = component;
  component.purl = new PackageURL("npm", group, name, version, undefined, undefined).toString();
  component.bomRef.value = component.purl;
  return component;
}
