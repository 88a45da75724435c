import Foundation
import Ingestion
import LabourMarket
import Postgres
import TestSupport
import Testing

@testable import Reporting
@testable import Tabular

/// Contract section 4 with every feed, column, charset and format: persons' numbers and names in good rows, bad rows, unknown columns, headers,
/// free texts and names of files are nowhere afterwards: no table, log, export, list, workbook or summary.
@Suite struct PrivacySweepTests {
  /// Every planted secret begins with one of these: so one pass over a text finds each of them.
  private static let marks = [
    "77000019900", "７７００００１９９００", "770000900101", "770000 1990", "138123456", "１３８１２３４５６", "138-1234-56", "138 1234 56",
    "欧阳",
  ]

  private enum Form: String, CaseIterable {
    case utf8 = "csv", gb18030 = "gb.csv", utf16 = "u16.csv", semicolon = "semi.csv", gzip = "csv.gz", xlsx, jsonl
  }

  private struct Planter {
    var generator: SeededGenerator
    var serial = 0

    mutating func pick<T>(_ items: [T]) -> T { items[Int(generator.next() % UInt64(items.count))] }

    mutating func identity() -> String {
      serial += 1
      let prefix = "77000019900101" + String(format: "%03d", serial % 1000)
      return prefix + String(decoding: [ResidentIdentityNumber.checkCharacter(for: prefix.utf8)], as: UTF8.self)
    }

    mutating func name() -> String { "欧阳" + pick(["独一", "无双", "三生", "四海", "五湖", "六合"]) }

    /// A number as people write it.
    mutating func number() -> String {
      let tail = String(format: "%02d", Int(generator.next() % 100))
      let id = identity()
      let wide = String(String.UnicodeScalarView(id.unicodeScalars.compactMap { Unicode.Scalar($0.value + 0xFEE0) }))
      return pick([
        id, id.lowercased(), wide, "770000900101" + String(format: "%03d", serial % 1000),
        "\(id.prefix(6)) \(id.dropFirst(6).prefix(8)) \(id.suffix(4))", "138123456" + tail, "+86138123456" + tail,
        "138-1234-56" + tail, "138 1234 56" + tail,
        "１３８１２３４５６" + (tail.applyingTransform(.fullwidthToHalfwidth, reverse: true) ?? tail),
      ])
    }

    mutating func text() -> String {
      pick(["请找", "电话", "证号", "（", "x"]) + number() + pick(["联系", "。", "）", " "]) + name()
    }
  }

  /// A good row of a feed, by canonical column.
  private static func good(_ feed: Feed, _ planter: inout Planter) -> [String: String] {
    let common = [
      "credit_code": "914403001922038216", "region": "321322", "month": "2021-0\(1 + planter.serial % 9)",
      "reported_on": "2021-11-02", "updated_at": "2021-03-02T09:00:00", "registered_on": "2021-03-01",
    ]
    let own: [String: String] =
      switch feed {
      case .enterprises: ["enterprise_name": "甲厂"]
      case .hiringPlans: ["survey_wave": "2021-03", "period": "2021-04", "occupation": "6-13", "planned_hires": "3"]
      case .vacancies:
        [
          "source": "市场", "posting_id": "P\(planter.serial)", "occupation": "6-13", "headcount": "3",
          "posted_on": "2021-03-01",
        ]
      case .unemployment: ["person_id": planter.identity(), "name": planter.name()]
      case .headcount: ["headcount": "30"]
      case .supplyPipeline: ["program": "订单班", "persons": "3"]
      case .indicators: ["chain": "", "openings_end": "5"]
      case .outcomes: ["indicator": "talent", "value": "3"]
      }
    return common.merging(own) { $1 }
  }

  /// Header and rows of a feed's file with persons wherever they can stand.
  private static func table(_ feed: Feed, _ planter: inout Planter) -> (header: [String], rows: [[String]]) {
    let columns = FeedSchema.of(feed).columns
    let used = columns.map(\.name)
    let header = used + ["备注", "负责人", planter.number(), feed == .unemployment ? planter.name() : "附注"]
    var rows: [[String]] = []
    func row(_ values: [String: String]) -> [String] {
      let name = values["name"] ?? planter.name()
      return used.map { values[$0] ?? "" } + [planter.text(), name, planter.number(), planter.name()]
    }
    for column in columns {
      var values = good(feed, &planter)
      // The name in the row's free texts stands in the column 负责人, too.
      let name = planter.name()
      values[column.name] =
        column.kind == .freeText && column.name != "enterprise_name"
        ? "找\(name)，\(planter.number())"
        : [.text, .number].contains(column.kind) ? planter.identity() : planter.number()
      var cells = row(values)
      cells[used.count + 1] = name
      rows.append(cells)
      // A name in a column where none belongs makes a row bad unless it may hold any text.
      if ![.text, .freeText].contains(column.kind) {
        var values = good(feed, &planter)
        values[column.name] = name
        var cells = row(values)
        cells[used.count + 1] = name
        rows.append(cells)
      }
    }
    rows.append(row(good(feed, &planter)))
    rows.append(row(good(feed, &planter)) + [planter.number(), planter.name()])
    rows.append(Array(row(good(feed, &planter)).dropFirst(2)))
    return (header, rows)
  }

  private static func put(_ form: Form, _ table: (header: [String], rows: [[String]]), to path: String) throws {
    let separator = form == .semicolon ? ";" : ","
    let lines = ([table.header] + table.rows).map { cells in
      cells.map { $0.contains(separator) ? "\"\($0)\"" : $0 }.joined(separator: separator)
    }
    let text = lines.joined(separator: "\r\n") + "\r\n"
    let url = URL(fileURLWithPath: path)
    switch form {
    case .utf8, .semicolon: try Data(text.utf8).write(to: url)
    case .gb18030: try (text.data(using: String.Encoding(rawValue: 0x8000_0632)) ?? Data()).write(to: url)
    case .utf16: try (text.data(using: .utf16) ?? Data()).write(to: url)
    case .gzip:
      let sink = try GzipSink(AtomicFile(path: path))
      try Array(text.utf8).withUnsafeBytes { try sink.write($0) }
      try sink.finish()
    case .xlsx:
      let sheet = ClerkWorkbook.Table(
        name: "数据", lines: ["汇总表"], columns: table.header.map { ClerkWorkbook.Column($0, width: 9, .input) },
        // A row that lacks its first cells cannot be told from a whole one in a sheet: names in its free texts are not found.
        rows: table.rows.filter { $0.count >= table.header.count }.map { row in
          row.prefix(table.header.count).map { ($0, ClerkWorkbook.Mark.input) }
        })
      try ClerkWorkbook(title: "t", explanation: ("封面", [("封面", nil)]), tables: [sheet])
        .write(to: path, temporaryFolder: "/tmp", created: CalendarDay(year: 2021, month: 1, day: 1))
    case .jsonl:
      let objects = table.rows.filter { $0.count == table.header.count }.map { row in
        Dictionary(zip(table.header, row), uniquingKeysWith: { first, _ in first })
      }
      let lines = try objects.map { String(decoding: try JSONEncoder().encode($0), as: UTF8.self) }
      // One with its characters written by number, one that is broken.
      let escaped = lines[0].unicodeScalars.map {
        $0.value < 0x80 && !("0"..."9").contains($0)
          ? String($0) : $0.value > 0xFFFF ? "?" : String(format: "\\u%04x", $0.value)
      }
      try write((lines + [escaped.joined(), String(lines[1].dropLast())]).joined(separator: "\n"), to: path)
    }
  }

  @Test(arguments: [11, 12] as [UInt64]) func nothingOfPersonsIsAnywhere(seed: UInt64) throws {
    try Program.with { program in
      var planter = Planter(generator: SeededGenerator(seed: seed))
      try City.fill(program, "inbox")
      for feed in Feed.allCases {
        for form in Form.allCases {
          let person = feed == .unemployment ? planter.name() : ""
          let name = "\(feed.rawValue)-\(planter.identity())-\(person)-\(planter.serial).\(form.rawValue)"
          try Self.put(form, Self.table(feed, &planter), to: program.folder + "/inbox/" + name)
        }
      }
      var changes: [String: (String) -> String] = [:]
      for feed in Feed.allCases {
        changes["feeds/\(feed.rawValue).yaml"] = { $0.replacingOccurrences(of: "0.5", with: "1") }
      }
      try City.profile(program, changing: changes)

      var output = ""
      func run(_ arguments: String..., expecting: [Int32] = [0, 3]) throws {
        for format in ["text", "json"] {
          let outcome = try program.run(arguments + ["--profile", "profile", "--log-format", format])
          #expect(expecting.contains(outcome.status), "\(arguments): \(outcome.log)")
          output += outcome.output + outcome.log
        }
      }
      try FileManager.default.createDirectory(atPath: program.folder + "/out", withIntermediateDirectories: true)
      try run("ingest", "--inbox", "inbox", "--now", City.now, "--summary", "out/ingest.json", expecting: [3])
      try run(
        "nightly", "--inbox", "inbox", "--out", "out/lists", "--now", City.now, "--summary", "out/night.json",
        expecting: [3])
      try run("report", "--out", "out/report")
      for what in ["forecast", "ledger", "quarantine", "alerts", "shortfalls", "surpluses"] {
        try run("export", what, "--output", "out/\(what).csv")
        try run("export", what, "--output", "out/\(what).jsonl")
      }
      try run("quarantine", "list", "--all")
      try run("quarantine", "show", "--limit", "100000")
      try run("quarantine", "export", "--output", "out/corrections.xlsx")
      try run("quarantine", "replay", expecting: [3])
      Self.search(Data(output.utf8), in: "what the program said")
      for file in program.files("out") {
        Self.search(
          file.name.hasSuffix(".xlsx") ? try Self.unzipped(program.folder + "/out/" + file.name) : file.bytes,
          in: file.name)
      }
      let (rows, rejected) = try Self.tables(program)
      #expect(rejected > 500, "the inbox is not bad enough")
      // The search sees what is there: what was masked, and a text that was kept.
      #expect(rows.range(of: Data("***".utf8)) != nil && rows.range(of: Data("订单班".utf8)) != nil)
      Self.search(rows, in: "the tables")
    }
  }

  /// All columns of all tables as text, and each blob as it is. Contacts stand in a table of their own, where they may.
  private static func tables(_ program: Program) throws -> (Data, Int) {
    let connection = try program.database.connect()
    var all = Data()
    for row in try connection.query(
      "select table_name from information_schema.tables where table_schema = 'labourwatch' and table_type = 'BASE TABLE'"
    ) {
      let table = try row.string(0)
      guard table != "enterprise_contacts" else { continue }
      try connection.copyOut(Query(name: "dump", text: "copy (select * from labourwatch.\"\(table)\") to stdout")) {
        all.append(contentsOf: $0)
      }
      for column in try connection.query(
        "select column_name from information_schema.columns where table_schema = 'labourwatch' and data_type = 'bytea' and table_name = $1",
        [.text(table)])
      {
        let query = Query(name: "dump", text: "select \"\(try column.string(0))\" from labourwatch.\"\(table)\"")
        for row in try connection.query(query) { all.append(contentsOf: try row.optionalBytes(0) ?? []) }
      }
    }
    return (all, try program.count("select count(*) from labourwatch.quarantine"))
  }

  private static func unzipped(_ path: String) throws -> Data {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [
      "python3", "-c",
      "import sys,zipfile\nz=zipfile.ZipFile(sys.argv[1])\nfor n in z.namelist(): sys.stdout.buffer.write(z.read(n))",
      path,
    ]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    #expect(data.count > 1000)
    return data
  }

  private static func search(_ data: Data, in place: String) {
    for mark in marks {
      for (encoding, name) in [
        (String.Encoding.utf8, "UTF-8"), (.utf16LittleEndian, "UTF-16LE"), (.utf16BigEndian, "UTF-16BE"),
        (.init(rawValue: 0x8000_0632), "GB 18030"),
      ] {
        guard let bytes = mark.data(using: encoding), let found = data.range(of: bytes) else { continue }
        let around = data[max(data.startIndex, found.lowerBound - 80)..<min(data.endIndex, found.upperBound + 40)]
        Issue.record("\(place) tells \(mark) (\(name)): …\(String(decoding: around, as: UTF8.self))…")
      }
      let hex = mark.utf8.map { String(format: "%02x", $0) }.joined()
      #expect(data.range(of: Data(hex.utf8)) == nil, "\(place) tells \(mark) in hexadecimal")
    }
  }

  @Test func onlyListWritersReadContacts() throws {
    try Program.with { program in
      let psql = Process()
      psql.executableURL = URL(fileURLWithPath: "/usr/bin/env")
      psql.arguments = [
        "psql", "-q", "-v", "ON_ERROR_STOP=1", "-d", program.database.url, "-f", repositoryRoot + "/sql/roles.sql",
      ]
      psql.standardOutput = FileHandle.nullDevice
      try psql.run()
      psql.waitUntilExit()
      #expect(psql.terminationStatus == 0)
      func mayRead(_ role: String, _ what: String) throws -> Bool {
        let connection = try program.database.connect()
        try connection.execute(Query(name: "role", text: "set role \(role)"))
        do {
          _ = try connection.query(Query(name: "read", text: "select \(what) limit 1"))
          return true
        } catch let error as PostgresError where error.sqlState == "42501" {
          return false
        }
      }
      for (what, readers) in [
        ("contact_name from labourwatch.enterprise_contacts", ["labourwatch_list_writer"]),
        ("contact_phone from labourwatch.staging_enterprises", []),
        ("raw from labourwatch.quarantine", ["labourwatch_list_writer", "labourwatch_loader"]),
        (
          "message from labourwatch.quarantine",
          ["labourwatch_list_writer", "labourwatch_loader", "labourwatch_analyst"]
        ),
        (
          "region from labourwatch.enterprise_versions",
          ["labourwatch_list_writer", "labourwatch_loader", "labourwatch_analyst"]
        ),
      ] {
        for role in ["labourwatch_list_writer", "labourwatch_loader", "labourwatch_analyst"] {
          #expect(try mayRead(role, what) == readers.contains(role), "\(role): \(what)")
        }
      }
    }
  }
}
