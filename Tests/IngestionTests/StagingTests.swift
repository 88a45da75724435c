import Foundation
import LabourMarket
import Postgres
import TestSupport
import Testing

@testable import Ingestion

/// Staging belongs to a city and needs no rights that a loader lacks.
@Suite struct StagingTests {
  private static let header = "source,posting_id,credit_code,region,occupation,headcount,posted_on,updated_at"

  private static func file(_ rows: Range<Int>, headcount: Int = 3) -> String {
    ([header] + rows.map { "s,\($0),\(Fixture.code),321322,6-05,\(headcount),2023-01-01,2023-01-02" })
      .joined(separator: "\n") + "\n"
  }

  private static func ingest(
    _ connection: Connection, city: String, _ path: String, progress: @escaping () -> Void = {}
  ) throws -> FileResult {
    try connection.execute(
      """
      insert into runs (city, run_id, command, clock, started_at, heartbeat_at, status, program_version, host, pid)
      values ($1, 1, 'ingest', to_timestamp(0), to_timestamp(0), to_timestamp(0), 'running', 'test', 'test', 1)
      """, [.text(city)])
    let context = IngestContext(
      connection: connection, queries: QueryCatalog(root: repositoryRoot + "/sql/queries"), city: city, runID: 1,
      clock: 0, localClock: LocalTimestamp(seconds: 0), progress: { _, _ in progress() })
    return try FileIngest(context: context, program: try Fixture.program("feed: vacancies"), fileNumber: 1)
      .take(InboxFile(path: path, name: "vacancies.csv"))
  }

  /// Rows in the binary form of COPY arrive as they were written, cells of any length among them.
  @Test func rowsArriveUnaltered() throws {
    try TestDatabase.withConnection(migrated: false) { connection in
      try connection.execute(
        """
        create table public.c (line bigint primary key, number int, share double precision, flag boolean, day date,
          at timestamptz, word text, raw bytea)
        """)
      let words = ["", "缺口", "tab\tnewline\nquote\"backslash\\", "🙂é", String(repeating: "长", count: 200_000)]
      var rows = RowWriter(capacity: 16)
      for (line, word) in words.enumerated() {
        rows.beginRow(8)
        rows.int64(Int64(line))
        rows.int32(.min)
        rows.double(line == 0 ? -0.0 : 0.1)
        rows.bool(line % 2 == 0)
        rows.date(18_743)
        rows.moment(1_619_400_000_123_456)
        rows.text(word)
        [UInt8]([0, 255, 10]).withUnsafeBytes { rows.bytes($0) }
      }
      rows.beginRow(8)
      rows.int64(99)
      for _ in 0..<7 { rows.null() }
      let stored = try connection.copyIn("copy public.c from stdin (format binary)") { writer in
        try writer.append(CopyHeader.bytes)
        try writer.append(rows.bytes)
        try writer.append(CopyHeader.trailer)
      }
      #expect(stored == 6)
      let result = try connection.query("select * from public.c order by line")
      for (line, word) in words.enumerated() {
        let row = result[line]
        #expect(try row.string("word") == word && row.int("number") == Int(Int32.min))
        #expect(try row.string("share") == (line == 0 ? "0" : "0.1"))
        #expect(try row.bool("flag") == (line % 2 == 0) && row.string("day") == "2021-04-26")
        #expect(try row.string("at") == "2021-04-26 01:20:00.123456+00")
        #expect(try row.bytes("raw") == [0, 255, 10])
      }
      for column in 1..<8 { #expect(try result[5].isNull(column)) }
    }
  }

  /// While one city's file is being read, another city's is taken from beginning to end.
  @Test func citiesDoNotWaitForEachOther() throws {
    try TestDatabase.withDatabase { database in
      try withTemporaryDirectory { folder in
        let path = folder + "/vacancies.csv"
        try write(Self.file(0..<20_000), to: path)
        let other = try database.connect()
        try other.execute("set lock_timeout = '5s'")
        var inner: FileResult?
        let outer = try Self.ingest(try database.connect(), city: "suqian", path) {
          if inner == nil { inner = try? Self.ingest(other, city: "huaian", path) }
        }
        #expect(inner?.counts.inserted == 20_000, "the other city's file is taken meanwhile")
        #expect(outer.counts.inserted == 20_000)
        let rows = try other.query("select city, count(*) from vacancy_versions group by city order by city")
        #expect(try rows.map { "\(try $0.string(0)) \(try $0.int(1))" } == ["huaian 20000", "suqian 20000"])
        #expect(try other.query("select count(*) from staging_vacancies").one().int(0) == 0)
      }
    }
  }

  /// The rights that `sql/roles.sql` gives the loader are enough for every feed but the register.
  @Test func theLoadersRightsAreEnough() throws {
    try TestDatabase.withDatabase { database in
      try withTemporaryDirectory { folder in
        let psql = Process()
        psql.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        psql.arguments = [
          "psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", database.url, "-f", repositoryRoot + "/sql/roles.sql",
        ]
        psql.standardOutput = FileHandle.nullDevice
        try psql.run()
        psql.waitUntilExit()
        #expect(psql.terminationStatus == 0)
        let fixture = Fixture(connection: try database.connect(), folder: folder)
        try fixture.connection.execute("set role labourwatch_loader")
        let program = try Fixture.program("feed: vacancies")
        let first = try fixture.take(Self.file(0..<6000) + "s,x,,,,,,\n", by: program)
        #expect(first.counts.inserted == 6000 && first.counts.rejected == 1)
        #expect(try fixture.take(Self.file(0..<10, headcount: 4), by: program, number: 2).counts.updated == 10)
        let person = """
          person_id,name,region,occupation,registered_on,updated_at
          321322198401072635,周涛文,沭阳县,6-05,2023-01-05,2023-01-06

          """
        let persons = try fixture.take(
          person, as: "unemployment.csv", by: try Fixture.program("feed: unemployment"), number: 3)
        #expect(persons.counts.inserted == 1)
        #expect(throws: PostgresError.self, "contacts are not for loaders") {
          try fixture.take(
            "credit_code,enterprise_name,region\n\(Fixture.code),甲,321322\n", as: "enterprises.csv",
            by: try Fixture.program("feed: enterprises"), number: 4)
        }
      }
    }
  }
}
