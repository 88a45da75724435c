import Postgres
import Synchronization
import TestSupport
import Testing

@Suite struct MigratorTests {
  private func withScripts(
    _ scripts: [String: String], _ body: (String, TestDatabase, Connection) throws -> Void
  ) throws {
    try withTemporaryDirectory { folder in
      for (name, text) in scripts { try write(text, to: "\(folder)/\(name)") }
      try TestDatabase.withDatabase(migrated: false) { try body(folder, $0, try $0.connect()) }
    }
  }

  private static let two = [
    "0001_first.sql": "create table a (x int); insert into a values (1);", "0002_second.sql": "create table b (x int);",
  ]

  private func failure(_ folder: String, _ connection: Connection) -> PostgresError? {
    do {
      try Migrator(directory: folder).migrate(connection, now: 0)
      return nil
    } catch { return error as? PostgresError }
  }

  @Test func appliesWhatIsMissingOnce() throws {
    try withScripts(Self.two) { folder, _, connection in
      var notes: [String] = []
      let migrator = try Migrator(directory: folder)
      #expect(try migrator.pending(connection) == ["0001_first.sql", "0002_second.sql"])
      let report = try migrator.migrate(connection, now: 1_619_400_000_000_000) { notes.append($0) }
      #expect(report.applied == ["0001_first.sql", "0002_second.sql"])
      #expect(report.version == 2)
      #expect(notes == ["migrating: 0001_first.sql", "migrating: 0002_second.sql"])
      #expect(try migrator.migrate(connection, now: 0).applied == [])
      try write("create table c (x int);", to: "\(folder)/0003_third.sql")
      let third = try Migrator(directory: folder)
      #expect(try third.migrate(connection, now: 0).applied == ["0003_third.sql"])
      let rows = try connection.query("select name, sha256, applied_at from migrations order by version")
      #expect(try rows.map { try $0.string(0) } == ["first", "second", "third"])
      // sha256sum of the script's text.
      #expect(try rows[1].string(1) == "35f2e128908e2364b7d5f9936d99df3866b1a734b1e29d8573195915f6510fe7")
      #expect(try rows[0].timestamp(2) == 1_619_400_000_000_000)
    }
  }

  @Test func changedScriptIsRefused() throws {
    try withScripts(Self.two) { folder, _, connection in
      #expect(failure(folder, connection) == nil)
      try write("create table b (x bigint);", to: "\(folder)/0002_second.sql")
      let error = failure(folder, connection)
      #expect(error?.code == .migration)
      #expect(error?.message.contains("0002_second.sql was changed after it had been applied") == true)
    }
  }

  @Test func olderProgramIsRefused() throws {
    try withScripts(Self.two) { folder, _, connection in
      #expect(failure(folder, connection) == nil)
      removeTree("\(folder)/0002_second.sql")
      let error = failure(folder, connection)
      #expect(error?.message.contains("migrated to 0002_second.sql, this program knows only 0001") == true)
      #expect(error?.advice?.contains("newer program") == true)
    }
  }

  @Test func aLowerNumberThatCameLaterIsApplied() throws {
    try withScripts(["0001_first.sql": "create table a (x int);", "0004_fourth.sql": "create table d (x int);"]) {
      folder, _, connection in
      #expect(failure(folder, connection) == nil)
      try write("create table c (x int);", to: "\(folder)/0003_third.sql")
      let migrator = try Migrator(directory: folder)
      #expect(try migrator.pending(connection) == ["0003_third.sql"])
      let report = try migrator.migrate(connection, now: 0)
      #expect(report.applied == ["0003_third.sql"])
      #expect(report.version == 4)
      #expect(try migrator.migrate(connection, now: 0).applied == [])
    }
  }

  @Test func badFoldersAreRefused() throws {
    func message(_ names: [String]) throws -> String {
      try withTemporaryDirectory { folder in
        for name in names { try write("select 1;", to: "\(folder)/\(name)") }
        do {
          _ = try Migrator(directory: folder)
          return ""
        } catch { return "\(error)" }
      }
    }
    #expect(try message(["0001_a.sql", "0003_c.sql"]).isEmpty)
    #expect(try message(["0001_a.sql", "0001_b.sql"]).contains("number 0001 follows 0001"))
    #expect(try message(["1_a.sql"]).contains("not named like a migration"))
    #expect(try message(["0001_.sql"]).contains("not named like a migration"))
    #expect(try message([]).contains("holds no migration"))
    #expect(throws: PostgresError.self) { try Migrator(directory: "/nowhere") }
  }

  @Test func failingScriptLeavesNothingAndNamesItsLine() throws {
    try withScripts([
      "0001_first.sql": "create table a (x int);", "0002_bad.sql": "create table b (x int);\n-- 说明\n\nselect nonsense;",
    ]) { folder, _, connection in
      let error = failure(folder, connection)
      #expect(error?.description.contains("\(folder)/0002_bad.sql: line 4: ") == true)
      let tables = try connection.query(
        "select tablename from pg_tables where schemaname = 'labourwatch' order by tablename")
      #expect(try tables.map { try $0.string(0) } == ["a", "migrations"])
      // The lock is free again.
      #expect(try AdvisoryLock("labourwatch.migrations").holder(connection) == nil)
    }
  }

  @Test func scriptThatCommitsIsRefused() throws {
    try withScripts(["0001_first.sql": "create table a (x int); commit;"]) { folder, _, connection in
      #expect(failure(folder, connection)?.message.contains("ends the transaction") == true)
    }
  }

  @Test func twoAtOnceApplyEachScriptOnce() throws {
    try withScripts([
      "0001_slow.sql": "select pg_sleep(0.3); create table a (x int);", "0002_next.sql": "create table b (x int);",
    ]) { folder, database, _ in
      let applied = Mutex<[[String]]>([])
      let notes = Mutex<[String]>([])
      let threads = (0..<3).map { _ in
        Thread {
          let outcome = Result {
            try Migrator(directory: folder).migrate(try database.connect(), now: 0) { note in
              notes.withLock { $0.append(note) }
            }
          }
          applied.withLock { $0.append((try? outcome.get().applied) ?? ["failed: \(outcome)"]) }
        }
      }
      threads.forEach { $0.join() }
      let lists = applied.withLock { $0.sorted { $0.count > $1.count } }
      #expect(lists == [["0001_slow.sql", "0002_next.sql"], [], []])
      #expect(notes.withLock { $0 }.contains { $0.hasPrefix("waiting for the migration that test, server process") })
    }
  }

  @Test func catalogueReadsQueriesByName() throws {
    try withTemporaryDirectory { folder in
      try write("-- one\nselect 1", to: "\(folder)/one.sql")
      let catalog = QueryCatalog(root: folder)
      #expect(try catalog.query("one") == Query(name: "one", text: "-- one\nselect 1"))
      let error = #expect(throws: PostgresError.self) { try catalog["room/none"] }
      #expect(error?.description.contains("cannot read \(folder)/room/none.sql: No such file") == true)
    }
  }
}
