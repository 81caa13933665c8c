import type { EventFilter, RelatedFilter, ResourceFilter } from "@ostinato/protocol";
import { type RawBuilder, type SqlBool, sql } from "kysely";
import { portable } from "../db/portable.ts";
import { type LabelCriteria, parseLabelPatterns, type ValuePattern } from "../kernel/label-patterns.ts";
import { beginsWithOne, type Condition, everything, join } from "./conditions.queries.ts";
import { type CriteriaTable, criteriaOf, type FilterCondition } from "./criteria.queries.ts";
import {
  beginsWith,
  type Criterion,
  meetsSearch,
  notAfter,
  notBefore,
  oneOf,
  oneOfIds,
  opposite,
  otherThan,
  unlessEmpty,
} from "./operators.queries.ts";

const own = resourceIn("event.resource");
const each = resourceIn("each.value");

const ownCondition = criteriaOf<ResourceFilter>(own);
const eachCondition = criteriaOf<ResourceFilter>(each);

const relatedCondition = criteriaOf<RelatedFilter>({
  id: each.id,
  role: fieldIsOneOf("each.value", "prefect.resource.role"),
  resources_in_roles: resourcesInRoles("each.value"),
  labels: each.labels,
});

export const eventCondition = criteriaOf<EventFilter>({
  occurred: { since: notBefore("event.occurred"), until: notAfter("event.occurred") },
  id: { id: unlessEmpty(oneOfIds("event.id")) },
  event: {
    name: unlessEmpty(oneOf("event.event")),
    prefix: beginsWith("event.event"),
    exclude_name: otherThan("event.event"),
    exclude_prefix: opposite(beginsWith("event.event")),
  },
  resource: { ...own, distinct: ofNoSingleEvent },
  related: forEach((wanted) => relatedMeets(relatedCondition, wanted)),
  any_resource: forEach((wanted) => {
    const related = relatedMeets(eachCondition, wanted);
    return related && join([ownCondition(wanted), related], "or_");
  }),
  text: { query: meetsSearch("event.event", "event.resource", "event.related", "event.payload") },
  order: ofNoSingleEvent,
});

/** For a leaf that is about all events together: whoever reads the events sees to it. */
function ofNoSingleEvent(): undefined {
  return undefined;
}

/** Criteria on the labels of the resource that the column holds. */
function resourceIn(column: string) {
  const criteria = {
    id: fieldIsOneOf(column, "prefect.resource.id"),
    id_prefix: (prefixes) => beginsWithOne(textOf(column, "prefect.resource.id"), prefixes),
    labels: meetsLabels(column),
  } satisfies CriteriaTable<ResourceFilter>;
  return criteria;
}

/** Each of the wanted, which may be one or a list, by a condition of its own. */
function forEach<V extends object>(criterion: Criterion<V>): Criterion<V | readonly V[]> {
  return (asked) => {
    const wanted: readonly V[] = Array.isArray(asked) ? asked : [asked as V];
    return join(
      wanted.map((one) => criterion(one)),
      "and_",
    );
  };
}

/** One related resource meets all of the filter; undefined where the filter does not ask for anything. */
function relatedMeets<F>(condition: FilterCondition<F>, wanted: F): Condition | undefined {
  const isMet = condition(wanted);
  if (isMet === everything) return undefined;
  return sql<SqlBool>`EXISTS (SELECT 1 FROM ${portable.elementsOf("event.related", "each")} WHERE ${isMet})`;
}

function fieldIsOneOf(column: string, field: string): Criterion<readonly string[]> {
  return unlessEmpty((values) => sql<SqlBool>`${textOf(column, field)} IN (${sql.join(values)})`);
}

function resourcesInRoles(column: string): Criterion<readonly (readonly [id: string, role: string])[]> {
  return (pairs) => {
    const id = textOf(column, "prefect.resource.id");
    const role = textOf(column, "prefect.resource.role");
    return join(
      pairs.map(([wantedId, inRole]) => sql<SqlBool>`(${id} = ${wantedId} AND ${role} = ${inRole})`),
      "or_",
    );
  };
}

function textOf(column: string, field: string): RawBuilder<unknown> {
  return sql`coalesce(${portable.jsonField(column, field)}, '')`;
}

function meetsLabels(column: string): Criterion<NonNullable<ResourceFilter["labels"]>> {
  return (labels) =>
    join(
      parseLabelPatterns(labels).map((label) => meetsLabel(portable.jsonField(column, label.label), label)),
      "and_",
    );
}

function meetsLabel(value: RawBuilder<unknown>, { some, none }: LabelCriteria): Condition | undefined {
  const refused = fitsOne(value, none);
  return join(
    [sql<SqlBool>`${value} IS NOT NULL`, fitsOne(value, some), refused && sql<SqlBool>`NOT (${refused})`],
    "and_",
  );
}

function fitsOne(value: RawBuilder<unknown>, patterns: readonly ValuePattern[]): Condition | undefined {
  const [prefixes, texts] = [patterns.filter(({ begins }) => begins), patterns.filter(({ begins }) => !begins)];
  return join(
    [
      texts.length === 0 ? undefined : sql<SqlBool>`${value} IN (${sql.join(texts.map(({ text }) => text))})`,
      beginsWithOne(
        value,
        prefixes.map(({ text }) => text),
      ),
    ],
    "or_",
  );
}
