/*
 * Every migration after the first begins its `down` with `refuseWhile`: going back is refused while the ledger holds rows
 * that the version before would not understand. `test/simulation/upgrade/down.test.ts` wants an example row for each migration, and
 * names those that change no row and no column.
 *
 *     override async down(): Promise<void> {
 *       this.addSql(refuseWhile("gateway_payment", "attention_code = 'new_code'", "Payments stand under new_code: settle them first."))
 *       this.addSql("alter table gateway_payment drop column if exists new_column")
 *     }
 */

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`

/**
 * SQL that ends a migration with `sentence` while `table` holds a row that fits `condition`. The table is locked first, so that
 * no instance writes such a row between the look and the change.
 */
export const refuseWhile = (table: string, condition: string, sentence: string): string =>
  `do $refuse$ begin
     lock table ${table} in access exclusive mode;
     if exists (select 1 from ${table} where ${condition}) then raise exception '%', ${quoted(sentence)}; end if;
   end $refuse$`
