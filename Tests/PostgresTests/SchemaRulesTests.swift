import Postgres
import TestSupport
import Testing

/// Reads the catalogue after all migrations: the rules that keep one SQL for one city and for many nodes.
@Suite struct SchemaRulesTests {
  /// Tables without a city: bookkeeping of the database itself.
  private static let control = "{migrations}"

  private func offenders(_ query: Query) throws -> [String] {
    try TestDatabase.withConnection { connection in
      try connection.query(query, [.text(Self.control)]).map { try $0.string(0) }
    }
  }

  @Test func everyTableHasAPrimaryKey() throws {
    let found = try offenders(
      """
      select c.relname from pg_class c
      where c.relnamespace = 'labourwatch'::regnamespace and c.relkind in ('r', 'p') and c.relname <> all ($1::text[])
        and c.relname !~ '^staging_' and not exists (select from pg_index i where i.indrelid = c.oid and i.indisprimary)
      """)
    #expect(found.isEmpty, "tables without a primary key: \(found)")
  }

  @Test func cityLeadsEveryKey() throws {
    let found = try offenders(
      """
      select c.relname || ': ' || i.indexrelid::regclass
      from pg_class c join pg_index i on i.indrelid = c.oid
      left join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0]
      where c.relnamespace = 'labourwatch'::regnamespace and c.relname <> all ($1::text[])
        and i.indisunique and a.attname is distinct from 'city'
      """)
    #expect(found.isEmpty, "unique indexes that do not begin with city: \(found)")
  }

  @Test func programMakesTheIds() throws {
    let found = try offenders(
      """
      select c.relname || '.' || a.attname from pg_class c join pg_attribute a on a.attrelid = c.oid
      left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
      where c.relnamespace = 'labourwatch'::regnamespace and c.relkind in ('r', 'p') and a.attnum > 0
        and not a.attisdropped and c.relname <> all ($1::text[])
        and (a.attidentity <> '' or pg_get_expr(d.adbin, d.adrelid) ~* 'nextval|now\\(|current_|random|uuid')
      """)
    #expect(found.isEmpty, "identity, serial or clock in: \(found)")
    let sequences = try offenders(
      """
      select relname from pg_class
      where relnamespace = 'labourwatch'::regnamespace and relkind = 'S' and relname <> all ($1::text[])
      """)
    #expect(sequences.isEmpty, "sequences: \(sequences)")
  }

  @Test func noTriggersOrRules() throws {
    let found = try offenders(
      """
      select c.relname || ': ' || t.tgname from pg_trigger t join pg_class c on c.oid = t.tgrelid
      where c.relnamespace = 'labourwatch'::regnamespace and not t.tgisinternal and c.relname <> all ($1::text[])
      union all
      select c.relname || ': ' || r.rulename from pg_rewrite r join pg_class c on c.oid = r.ev_class
      where c.relnamespace = 'labourwatch'::regnamespace and c.relkind <> 'v' and c.relname <> all ($1::text[])
      """)
    #expect(found.isEmpty, "triggers and rules: \(found)")
  }

  @Test func foreignKeysStayWithinACity() throws {
    let found = try offenders(
      """
      select c.conrelid::regclass || ': ' || c.conname from pg_constraint c
      where c.connamespace = 'labourwatch'::regnamespace and c.contype = 'f'
        and c.conrelid::regclass::text <> all ($1::text[])
        and not exists (
          select from unnest(c.conkey, c.confkey) k(here, there)
          join pg_attribute a on a.attrelid = c.conrelid and a.attnum = k.here
          join pg_attribute b on b.attrelid = c.confrelid and b.attnum = k.there
          where a.attname = 'city' and b.attname = 'city')
      """)
    #expect(found.isEmpty, "foreign keys that leave the city: \(found)")
  }

  @Test func onlyStagingIsUnlogged() throws {
    try TestDatabase.withConnection { connection in
      for feed in ["enterprises", "vacancies"] {
        try connection.query("select open_staging('suqian', $1), open_staging('huaian', $1)", [.text(feed)])
      }
      let found = try connection.query(
        """
        select relname from pg_class where relnamespace = 'labourwatch'::regnamespace and relkind = 'r'
          and relname <> all ($1::text[]) and (relpersistence = 'u') <> (relname ~ '^staging_')
        """, [.text(Self.control)]
      ).map { try $0.string(0) }
      #expect(found.isEmpty, "unlogged facts or logged staging: \(found)")
      let parts = try connection.query("select count(*) from pg_class where relkind = 'r' and relname ~ '^staging_'")
      #expect(try parts.one().int(0) == 8, "a part a city of each table that a feed needs")
    }
  }

  /// The rules above can fail: each finds a table that breaks it.
  @Test func rulesFindOffenders() throws {
    try TestDatabase.withConnection { connection in
      try connection.executeScript(
        """
        create table offender (id serial primary key, made timestamptz default now());
        """)
      let first = try connection.query(
        """
        select a.attname from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
        where i.indrelid = 'offender'::regclass and i.indisunique
        """)
      #expect(try first.one().string(0) == "id")
    }
  }
}
