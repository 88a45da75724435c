import CLibZip
import Foundation
import Postgres
import TestSupport

extension Case {
  /// A file made to harm, beside the sound files of a night.
  private struct Hostile: Sendable {
    let name: String
    /// Puts it at a path.
    let put: @Sendable (String) throws -> Void
    /// Exit codes that are right: 1 where the file must be refused, 3 where its rows may be rejected.
    var expected: Set<Int32> = [1, 3]

    init(_ name: String, _ expected: Set<Int32> = [1, 3], put: @escaping @Sendable (String) throws -> Void) {
      self.name = name
      self.put = put
      self.expected = expected
    }

    init(_ name: String, _ expected: Set<Int32> = [1, 3], bytes: @escaping @Sendable @autoclosure () throws -> [UInt8])
    {
      self.init(name, expected) { path in try Scenario.put(try bytes(), path) }
    }
  }

  private static let header = "source,posting_id,credit_code,region,occupation,headcount,posted_on,updated_at"
  private static let badRow = "p,1,91321300XNPMPTEE9Y,nowhere,6-04,1,2021-01-01,2021-01-02"
  private static let million = [UInt8](repeating: UInt8(ascii: "a"), count: 1 << 20)

  private static let all: [Hostile] = [
    Hostile("vacancies_x_bomb.xlsx", [1]) { path in try zip(["xl/worksheets/sheet1.xml": 300 << 20], path) },
    Hostile("vacancies_x_bomb.csv.gz", bytes: try bomb(text(header + "\n\""), megabytes: 1100)),
    Hostile("vacancies_x_wide.csv", [1], bytes: text((0..<10_000).map { "c\($0)" }.joined(separator: ",") + "\n1,2\n")),
    Hostile(
      "vacancies_x_columns.csv",
      bytes: text(
        header + (0..<10_000).map { ",c\($0)" }.joined() + "\n" + badRow + String(repeating: ",", count: 10_000) + "\n")
    ),
    Hostile("vacancies_x_field.csv") { path in
      try Scenario.put(text(header + "\n\""), path)
      let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
      try file.seekToEnd()
      for _ in 0..<1024 { try file.write(contentsOf: Data(million)) }
      try file.write(contentsOf: Data(text("\"\n")))
      try file.close()
    },
    Hostile(
      "vacancies_x_nul.csv", bytes: text(header + "\n" + badRow.replacingOccurrences(of: "p", with: "\0") + "\n")),
    Hostile("vacancies_x_nuls.csv", [1], bytes: [UInt8](repeating: 0, count: 1 << 20)),
    Hostile(
      "vacancies_x_deep.jsonl",
      bytes: text(
        "{\"source\":" + String(repeating: "[", count: 1 << 20) + String(repeating: "]", count: 1 << 20) + "}\n")),
    Hostile("vacancies_x_empty.xlsx", [1]) { path in
      try Scenario.put(try FileForm.xlsx.bytes(FeedTable(feed: "vacancies", columns: [], rows: [])), path)
    },
    Hostile("vacancies_x_folder.csv", [1]) { path in mkdir(path, 0o755) },
    Hostile("vacancies_x_pipe.csv", [1]) { path in mkfifo(path, 0o644) },
    Hostile("vacancies_x_gone.csv", [1]) { path in symlink("/nowhere/at/all", path) },
    Hostile("vacancies_x_loop.csv", [1]) { path in symlink(path, path) },
    Hostile("vacancies_x_nothing.csv", [1], bytes: []),
    Hostile("vacancies_x_nothing.xlsx", [1], bytes: []),
    Hostile("vacancies_x_no_gzip.csv.gz", bytes: text(header + "\n" + badRow + "\n")),
    Hostile("vacancies_x_half.csv.gz", [1]) { path in
      let whole = try FileForm.gzip(
        text(header + "\n" + (0..<500).map { "p,\($0),\(UInt32.max &* UInt32($0 &+ 7919))\n" }.joined()))
      try Scenario.put(Array(whole.prefix(whole.count / 2)), path)
    },
    Hostile(
      "vacancies_x_quote.csv",
      bytes: text(header + "\n\"" + (0..<50_000).map { _ in badRow }.joined(separator: "\n"))),
    Hostile("vacancies_x_';drop table runs;--.csv", bytes: text(header + "\n" + badRow + "\n")),
    Hostile(
      "vacancies_x_\u{1F4A3}\n\u{1B}[2J.csv", bytes: text(header + "\n" + badRow + "\n")),
    Hostile("vacancies_x_lines.csv", bytes: text(header) + [UInt8](repeating: 0x0A, count: 4 << 20)),
  ]

  private static func text(_ text: String) -> [UInt8] { Array(text.utf8) }

  /// A gzip file of many members, each a million times the same letter.
  private static func bomb(_ head: [UInt8], megabytes: Int) throws -> [UInt8] {
    let member = try FileForm.gzip(million)
    var bytes = try FileForm.gzip(head)
    for _ in 0..<megabytes { bytes += member }
    return bytes
  }

  /// A zip archive whose parts unpack to so many spaces.
  private static func zip(_ parts: [String: Int], _ path: String) throws {
    var code: Int32 = 0
    guard let archive = zip_open(path, ZIP_CREATE | ZIP_TRUNCATE, &code) else { throw TestSupportError("no zip") }
    var rooms: [UnsafeMutableRawPointer] = []
    defer { rooms.forEach { $0.deallocate() } }
    let whole = ["[Content_Types].xml": 0, "xl/workbook.xml": 0].merging(parts) { $1 }
    for (name, size) in whole.sorted(by: { $0.key < $1.key }) {
      let relations =
        "<workbook xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><sheets><sheet name=\"a\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>"
      let bytes = size == 0 ? text(relations) : []
      let count = max(size, bytes.count)
      let room = UnsafeMutableRawPointer.allocate(byteCount: count, alignment: 16)
      memset(room, 0x20, count)
      bytes.withUnsafeBytes { if let base = $0.baseAddress { room.copyMemory(from: base, byteCount: bytes.count) } }
      rooms.append(room)
      zip_file_add(archive, name, zip_source_buffer(archive, room, zip_uint64_t(count), 0), 0)
    }
    guard zip_close(archive) == 0 else { throw TestSupportError("the zip cannot be written") }
  }

  /// The sound files are taken as if the hostile one were not there; it costs neither much memory nor much time.
  func hostile(_ ordinal: Int) throws {
    let hostile = Self.all[ordinal % Self.all.count]
    step = hostile.name.filter { $0.isASCII && $0 != "\n" && $0 != "\u{1B}" }
    let reference = try workshop.reference(.ingest, world)
    try prepare(reference)
    let path = "\(folder)/inbox/\(hostile.name)"
    try hostile.put(path)
    // Files are numbered by name: those after the hostile one get another number.
    let oracle = Oracle(
      server: workshop.server, ignoring: ["file_no"], without: [hostile.name])
    let expected = try oracle.outcome(reference.database, folder: nil)
    for turn in 1...2 {
      let outcome = try end(try start(.ingest), hostile.expected, "run \(turn)")
      if outcome?.status == 1, outcome?.log.contains("vacancies_x") == false { complain("the file is not named") }
      if outcome?.log.contains("\u{1B}") == true { complain("the log carries control characters of a file's name") }
      try compare(expected, oracle)
      let summary = try String(contentsOfFile: folder + "/out/summary.json", encoding: .utf8)
      let peak = summary.range(of: "\"peak_memory_bytes\":").flatMap {
        Int(summary[$0.upperBound...].prefix { $0.isNumber })
      }
      if peak.map({ $0 > 256 << 20 }) ?? true { complain("run \(turn) took \((peak ?? 0) >> 20) MiB") }
    }
  }
}
