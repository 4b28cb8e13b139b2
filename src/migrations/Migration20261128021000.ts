import { Migration } from "@medusajs/framework/mikro-orm/migrations"

/** Why a notification came to nothing, as a code beside its sentence: the admin says it in the reader's language. */
export class Migration20261128021000 extends Migration {
  override async up(): Promise<void> {
    this.addSql(`alter table gateway_notification add column if not exists code text null`)
  }

  /** The version before has the sentence: nothing is lost. */
  override async down(): Promise<void> {
    this.addSql(`alter table gateway_notification drop column if exists code`)
  }
}
