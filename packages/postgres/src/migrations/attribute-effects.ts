import type { Migration } from './migration.ts';

/**
 * A trigger knows the transaction's activity and no other. Before the commit, nobody has seen its effects yet, so those on rows of which
 * somebody told by hand get the id of that activity instead. What was committed stays as it is.
 */
export const attributeEffectsFunction: Migration = {
  name: 'attribute-effects',
  statements: [
    `create function deedlog.attribute_effects(activity uuid, told jsonb) returns void
      language sql volatile security definer set search_path = pg_catalog, pg_temp as $$
      update deedlog.effect e set activity_id = t.by
      from jsonb_to_recordset(told) as t("table" text, key text, by uuid) join deedlog.relation r on r.name = t."table"
      where e.activity_id = activity and e.xact = pg_current_xact_id_if_assigned() and e.tbl = r.id and t.key in (e.pk, e.changes->'$key'->>0)
    $$`,
    `comment on function deedlog.attribute_effects is 'deedlog: gives effects of the transaction around to the activities that were told by hand of their rows.'`,
  ],
};
