import CLibXLSXWriter
import Foundation
import LabourMarket
import Operations
import Simulation
import Tabular
import TestSupport

/// A file for an inbox.
struct FeedFile: Sendable {
  let feed: String
  var name: String
  var bytes: [UInt8]
}

/// Records of one feed.
struct FeedTable: Sendable {
  let feed: String
  let columns: [String]
  var rows: [[String]]

  /// The rows as JSON objects.
  var objects: [String] {
    func quoted(_ text: String) -> String {
      "\"" + text.replacingOccurrences(of: "\\", with: "\\\\").replacingOccurrences(of: "\"", with: "\\\"") + "\""
    }
    return rows.map { row in
      "{" + zip(columns, row).map { "\(quoted($0)):\(quoted($1))" }.joined(separator: ",") + "}"
    }
  }
}

/// A small city's feeds: the simulated city of 14 enterprises and 26 months, from which worlds take parts.
enum SimulatedFeeds {
  static let tables: Result<[FeedTable], any Error> = Result {
    try withTemporaryDirectory { folder in
      guard let start = Month("2020-01") else { throw TestSupportError("2020-01 is no month") }
      let settings = SimulationSettings(seed: 7, enterprises: 14, start: start, months: 26, truthMonths: 26)
      try SimulateRun.run(.init(profile: repositoryRoot + "/jobs/suqian", folder: folder, settings: settings))
      let names = try FileManager.default.contentsOfDirectory(atPath: folder + "/feeds").sorted()
      return try names.map { name in
        let text = try String(contentsOfFile: "\(folder)/feeds/\(name)", encoding: .utf8)
        let lines = text.split(separator: "\n").map {
          $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
        return FeedTable(
          feed: name.replacingOccurrences(of: ".csv", with: ""), columns: lines[0], rows: Array(lines.dropFirst()))
      }
    }
  }
}

/// How a file of a feed is written.
enum FileForm: CaseIterable, Sendable {
  case csv, csvWithMark, csvSemicolon, gb18030, utf16, gzip, xlsx, jsonl, jsonlGzip

  var ending: String {
    switch self {
    case .csv, .csvWithMark, .csvSemicolon, .gb18030, .utf16: ".csv"
    case .gzip: ".csv.gz"
    case .xlsx: ".xlsx"
    case .jsonl: ".jsonl"
    case .jsonlGzip: ".jsonl.gz"
    }
  }

  /// The bytes of a file that holds a table.
  func bytes(_ table: FeedTable) throws -> [UInt8] {
    switch self {
    case .csv: return try text(table, .utf8)
    case .csvWithMark: return try text(table, .utf8WithMark)
    case .csvSemicolon: return try text(table, .utf8, UInt8(ascii: ";"))
    case .gb18030: return try text(table, .gb18030)
    case .utf16:
      let text = String(decoding: try text(table, .utf8), as: UTF8.self)
      return [0xFF, 0xFE] + text.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
    case .gzip: return try Self.gzip(try text(table, .utf8))
    case .jsonl: return jsonl(table)
    case .jsonlGzip: return try Self.gzip(jsonl(table))
    case .xlsx: return try xlsx(table)
    }
  }

  static func gzip(_ bytes: [UInt8]) throws -> [UInt8] {
    let memory = MemorySink()
    let sink = try GzipSink(memory)
    try bytes.withUnsafeBytes { try sink.write($0) }
    try sink.finish()
    return memory.bytes
  }

  private func text(_ table: FeedTable, _ charset: CSVWriter.Charset, _ delimiter: UInt8 = UInt8(ascii: ",")) throws
    -> [UInt8]
  {
    let memory = MemorySink()
    let writer = try CSVWriter(memory, charset: charset, delimiter: delimiter, lineEnd: "\r\n", escapesFormulas: false)
    try writer.record(table.columns)
    for row in table.rows { try writer.record(row) }
    try writer.finish()
    return memory.bytes
  }

  private func jsonl(_ table: FeedTable) -> [UInt8] { Array(table.objects.map { $0 + "\n" }.joined().utf8) }

  private func xlsx(_ table: FeedTable) throws -> [UInt8] {
    try withTemporaryDirectory { folder in
      let path = folder + "/book.xlsx"
      let book = workbook_new(path)
      let sheet = workbook_add_worksheet(book, nil)
      for (number, row) in ([table.columns] + table.rows).enumerated() {
        for (column, text) in row.enumerated() where !text.isEmpty {
          worksheet_write_string(sheet, lxw_row_t(number), lxw_col_t(column), text, nil)
        }
      }
      guard workbook_close(book) == LXW_NO_ERROR else { throw TestSupportError("no workbook") }
      return Array(try Data(contentsOf: URL(fileURLWithPath: path)))
    }
  }
}

/// The inboxes of three nights, drawn from a seed: several feeds in several forms, wrong rows, corrections, repeated rows, versions in any order.
struct World: Sendable {
  let seed: Int
  /// The files of each night. The register of enterprises, which has no clock, comes on the first one alone.
  let nights: [[FeedFile]]
  /// Codes that fail their check digit.
  let wrongCodes: [String]
  /// What a portal offers, by feed: rows as JSON objects.
  let portal: [String: [String]]
  /// Full exports of vacancies and unemployment: two each that are taken first, and one each that comes after them.
  let exports: [[FeedFile]]

  static let clocks = ["2022-03-10T02:00", "2022-03-11T02:00", "2022-03-12T02:00"]

  init(seed: Int) throws {
    var dice = SeededGenerator(seed: UInt64(seed) &* 7919 &+ 17)
    var nights = [[FeedFile]](repeating: [], count: 3)
    var codes: Set<String> = []
    for table in try SimulatedFeeds.tables.get() {
      var parts = [[[String]]](repeating: [], count: 3)
      let size = table.feed == "enterprises" ? table.rows.count : 90
      let start = Int.random(in: 0...max(0, table.rows.count - size), using: &dice)
      // One in five keys of the part is followed through all its versions.
      for row in table.rows[start..<min(start + size, table.rows.count)] {
        let night = table.feed == "enterprises" ? 0 : Int.random(in: 0..<3, using: &dice)
        var row = row
        if Int.random(in: 0..<14, using: &dice) == 0 { Self.spoil(&row, table.columns, &codes, &dice) }
        parts[night].append(row)
        if Int.random(in: 0..<30, using: &dice) == 0 { parts[night].append(row) }
        if Int.random(in: 0..<20, using: &dice) == 0, table.feed != "enterprises" {
          parts[Int.random(in: 0..<3, using: &dice)].append(Self.corrected(row, table.columns, &dice))
        }
      }
      for (night, rows) in parts.enumerated() where !rows.isEmpty {
        let form = FileForm.allCases.randomElement(using: &dice) ?? .csv
        var part = FeedTable(feed: table.feed, columns: table.columns, rows: rows)
        if Int.random(in: 0..<3, using: &dice) == 0 {
          part = FeedTable(feed: table.feed, columns: table.columns + ["备注"], rows: rows.map { $0 + ["?"] })
        }
        nights[night].append(
          FeedFile(feed: table.feed, name: "\(table.feed)_\(night + 1)\(form.ending)", bytes: try form.bytes(part)))
      }
    }
    self.seed = seed
    self.nights = nights
    portal = try Self.portal(&dice)
    exports = try Self.exports(&dice)
    wrongCodes = codes.isEmpty ? ["91350203M0001QAY9B"] : codes.sorted()
  }

  /// Makes one cell of a row wrong.
  static func spoil(
    _ row: inout [String], _ columns: [String], _ codes: inout Set<String>, _ dice: inout SeededGenerator
  ) {
    let column = Int.random(in: 0..<columns.count, using: &dice)
    switch columns[column] {
    case "credit_code":
      row[column] = String(row[column].dropLast()) + (row[column].hasSuffix("1") ? "2" : "1")
      codes.insert(row[column])
    case "region": row[column] = "亚特兰蒂斯"
    case "person_id": row[column] = String(row[column].dropLast()) + "?"
    default: row[column] = ["2021-13-45", "x\"y", "", "－７人人"].randomElement(using: &dice) ?? ""
    }
  }

  /// A row of the same key and moment that says something else.
  private static func corrected(_ row: [String], _ columns: [String], _ dice: inout SeededGenerator) -> [String] {
    var row = row
    let numbers = ["headcount", "planned_hires", "persons", "value", "education"]
    if let column = columns.lastIndex(where: { numbers.contains($0) }) {
      row[column] = columns[column] == "education" ? "本科" : String(Int.random(in: 900...999, using: &dice))
    }
    return row
  }
}
