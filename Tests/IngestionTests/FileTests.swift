import Foundation
import LabourMarket
import Postgres
import TestSupport
import Testing

@testable import Ingestion

/// Files as wholes: known, refused, changed, killed; and what must never be stored.
@Suite struct FileTests {
  private static let header = "source,posting_id,credit_code,region,occupation,headcount,posted_on,updated_at"

  private static func row(_ id: String, headcount: String = "3") -> String {
    "s,\(id),\(Fixture.code),321322,6-05,\(headcount),2023-01-01,2023-01-02"
  }

  @Test func aKnownFileIsNotReadAgain() throws {
    try Fixture.run { fixture in
      let program = try Fixture.program("feed: vacancies")
      let text = [Self.header, Self.row("1"), Self.row("2"), Self.row("3", headcount: "x"), ""].joined(separator: "\n")
      try fixture.take(text, by: program)
      let again = try fixture.take(text, as: "vacancies-copy.csv", by: program, run: 2)
      #expect(again.status == .known)
      #expect(again.counts.read == 3 && again.counts.unchanged == 2 && again.counts.rejected == 1)
      #expect(again.counts.rejectedByReason == ["not_a_number": 1])
      let forced = try fixture.take(text, by: program, run: 3, force: true)
      #expect(forced.status == .taken)
      #expect(forced.counts == again.counts, "reading it gives what the ledger said")
      #expect(try fixture.rows("select count(*) from quarantine") == ["1"], "the same row is rejected once")
      #expect(
        try fixture.rows("select run_id, status, read, inserted, unchanged, rejected from run_files order by 1") == [
          "1|taken|3|2|0|1", "2|known|3|0|2|1", "3|taken|3|0|2|1",
        ])
    }
  }

  @Test func refusesFilesAsAWhole() throws {
    try Fixture.run { fixture in
      let program = try Fixture.program("feed: vacancies\nrules: {max_rejected_share: 0.5}")
      let cases: [(text: String, part: String)] = [
        ("", "the file is empty"),
        ("source,posting_id,credit_code,region\n", "lacks the required columns occupation（职业）"),
        (Self.header + ",region\n" + Self.row("1") + ",x\n", "the column “region” stands twice"),
        ("a,b\n1,2\n", "known header"),
        (
          [Self.header, Self.row("1"), Self.row("2", headcount: "x"), Self.row("3", headcount: "x")].joined(
            separator: "\n"), "2 of 3 rows"
        ),
      ]
      for (index, item) in cases.enumerated() {
        let result = try fixture.take(item.text, by: program, number: index + 1)
        #expect(result.status == .refused)
        #expect(result.message?.contains(item.part) == true, "\(result.message ?? "no message")")
      }
      #expect(try fixture.rows("select count(*) from vacancy_versions") == ["0"])
      #expect(try fixture.rows("select count(*) from quarantine") == ["0"])
      #expect(
        try fixture.rows("select count(*) from run_files where status = 'refused' and message is not null") == ["5"])
    }
  }

  @Test func refusesHalfAGzip() throws {
    try Fixture.run { fixture in
      let whole = try Data(
        contentsOf: URL(fileURLWithPath: repositoryRoot + "/jobs/nyc/inbox/nyc_jobs_snapshot_2019-03-19.csv.gz"))
      let yaml = try String(contentsOfFile: repositoryRoot + "/jobs/nyc/feeds/vacancies.yaml", encoding: .utf8)
      let result = try fixture.take(
        Array(whole.prefix(whole.count / 2)), as: "nyc_jobs.csv.gz", by: try Fixture.program(yaml))
      #expect(result.status == .refused)
      #expect(result.message?.contains("ends early") == true)
      #expect(try fixture.rows("select count(*) from staging_vacancies") == ["0"])
      #expect(try fixture.rows("select count(*) from quarantine") == ["0"])
    }
  }

  /// The server's process dies while a file is being taken: nothing of it stays, and the next run finishes the work.
  @Test func aBrokenConnectionLeavesNothing() throws {
    try TestDatabase.withDatabase { database in
      try withTemporaryDirectory { folder in
        let rows = (0..<40_000).map { Self.row("\($0)") }
        let text = ([Self.header] + rows).joined(separator: "\n")
        let victim = try database.connect()
        let killer = try database.connect()
        let pid = victim.backendProcess
        let fixture = Fixture(connection: victim, folder: folder)
        try fixture.openRun(1)
        let path = folder + "/vacancies.csv"
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        let context = IngestContext(
          connection: victim, queries: QueryCatalog(root: repositoryRoot + "/sql/queries"), city: "suqian", runID: 1,
          clock: 0, localClock: LocalTimestamp(seconds: 0),
          progress: { _, _ in _ = try? killer.query("select pg_terminate_backend($1::int)", [.int(pid)]) })
        let program = try Fixture.program("feed: vacancies")
        #expect(throws: PostgresError.self) {
          try FileIngest(context: context, program: program, fileNumber: 1).take(
            InboxFile(path: path, name: "vacancies.csv"))
        }
        let after = Fixture(connection: try database.connect(), folder: folder)
        for table in ["vacancy_versions", "staging_vacancies", "quarantine", "run_files"] {
          let count = try after.connection.query(Query(name: table, text: "select count(*) from \(table)")).one().int(0)
          #expect(count == 0, "\(table)")
        }
        #expect(try after.take(text, by: program, run: 2).counts.inserted == 40_000)
      }
    }
  }

  @Test func refusesAFileThatGrows() throws {
    try Fixture.run { fixture in
      try fixture.openRun(1)
      let path = fixture.folder + "/vacancies.csv"
      try ([Self.header] + (0..<4000).map { Self.row("\($0)") }).joined(separator: "\n").write(
        toFile: path, atomically: false, encoding: .utf8)
      let context = IngestContext(
        connection: fixture.connection, queries: QueryCatalog(root: repositoryRoot + "/sql/queries"), city: "suqian",
        runID: 1, clock: 0, localClock: LocalTimestamp(seconds: 0),
        progress: { _, _ in
          guard let handle = FileHandle(forWritingAtPath: path) else { return }
          handle.seekToEndOfFile()
          handle.write(Data("x".utf8))
          try? handle.close()
        })
      let result = try FileIngest(context: context, program: try Fixture.program("feed: vacancies"), fileNumber: 1)
        .take(InboxFile(path: path, name: "vacancies.csv"))
      #expect(result.status == .refused)
      #expect(result.message?.contains("changed while it was read") == true)
      #expect(try fixture.rows("select count(*) from vacancy_versions") == ["0"])
    }
  }

  /// Contract section 4: neither identity numbers nor names reach the database, whatever is wrong with the row.
  @Test(arguments: [true, false]) func personsNeverReachTheDatabase(isUTF16: Bool) throws {
    try Fixture.run { fixture in
      let people = [
        ("321322198401072635", "周涛文"), ("321322199412228636", "徐英宇"), ("11010519491231002X", "欧阳建国"),
        ("321322198401072636", "错号码"), ("32132219840107", "短号码"),
      ]
      let header = "person_id,name,region,occupation,reason,registered_on,updated_at"
      var lines = [header]
      for (id, name) in people {
        lines.append("\(id),\(name),321322,6-05,合同到期,2023-01-05,2023-01-06")
        lines.append("\(id),\(name),321322,6-05,\(name)本人辞职电话13812345678,2023-01-05,2023-01-06T10:00:00")
        lines.append("\(id),\(name),321322,6-05,2023-01-05,2023-01-06")
        lines.append("\(name),\(id),321322,6-05,x,2023-01-05,2023-01-06")
        lines.append("\(id),\(name),\(name),6-05,,2023-01-05,2023-01-06")
        lines.append("\(id),\(name),321322,6-05,,\(name),2023-01-06")
        lines.append("\"\(id),\(name),321322")
      }
      let text = lines.joined(separator: "\n") + "\n"
      var bytes = Array(text.utf8)
      if isUTF16 { bytes = [0xFF, 0xFE] + text.utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] as [UInt8] } }
      let result = try fixture.take(bytes, as: "unemployment.csv", by: try Fixture.program("feed: unemployment"))
      #expect(result.counts.inserted == 3)
      #expect(result.counts.rejected > 15)
      #expect(
        result.counts.read == result.counts.inserted + result.counts.updated + result.counts.rejected
          + result.counts.unchanged)
      let everything = try fixture.everything()
      #expect(everything.contains("合同到期"), "the search sees what is stored")
      for (id, name) in people {
        #expect(!everything.contains(id))
        #expect(!everything.contains(name))
        #expect(!everything.contains(id.map { "\($0)\0" }.joined()))
      }
      #expect(!everything.contains("13812345678"))
    }
  }

  @Test func masksNumbersInRejectedRowsOfAnyCharset() throws {
    try Fixture.run { fixture in
      // GB 18030: the title 电话 with a mobile number, headcount not a number.
      var bytes = Array((Self.header + ",title\ns,1,\(Fixture.code),321322,6-05,x,2023-01-01,2023-01-02,").utf8)
      bytes += [0xB5, 0xE7, 0xBB, 0xB0] + Array("13812345678\n".utf8)
      let program = try Fixture.program("feed: vacancies\nformat: {charset: gb18030}")
      #expect(try fixture.take(bytes, by: program).counts.rejected == 1)
      let raw = try fixture.connection.query("select raw from quarantine").one().bytes(0)
      let expected: [UInt8] = [0xB5, 0xE7, 0xBB, 0xB0] + [UInt8](repeating: 0x2A, count: 11)
      #expect(Array(raw.suffix(15)) == expected)
    }
  }

  @Test func takesAnArrayOfRowsAndRejectsTheBadOneAlone() throws {
    try Fixture.run { fixture in
      let fields = "\"source\":\"s\",\"credit_code\":\"\(Fixture.code)\",\"region\":\"321322\",\"occupation\":\"6-05\""
      let days = "\"posted_on\":\"2023-01-01\",\"updated_at\":\"2023-01-02\""
      func row(_ id: String) -> String { "{\"posting_id\":\(id),\"headcount\":3,\n  \(fields),\(days)}" }
      let text = "[\(row("\"1\"")),\n\(row("\"2")),\n\(row("\"3\""))]\n"
      let result = try fixture.take(text, as: "vacancies.json", by: try Fixture.program("feed: vacancies"))
      #expect(result.counts.inserted == 2 && result.counts.rejected == 1 && result.counts.read == 3)
      #expect(try fixture.rows("select line, reason from quarantine") == ["2|field_count"])
      #expect(try fixture.rows("select posting_id from vacancy_versions order by 1") == ["1", "3"])
      let cut = try fixture.take(
        String(text.dropLast(5)), as: "vacancies.json", by: try Fixture.program("feed: vacancies"), number: 2)
      #expect(cut.status == .refused && cut.message?.contains("no array of rows in JSON") == true)
    }
  }
}
