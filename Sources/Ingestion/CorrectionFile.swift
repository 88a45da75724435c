import Foundation
import LabourMarket
import Tabular

/// A workbook of corrections that a clerk dropped into the inbox.
public struct CorrectionFile: Sendable {
  /// A row of it.
  public struct Row: Sendable {
    /// The line in the original file.
    public let line: Int64
    /// The headers of the row's own cells, and the cells.
    let headers: [String]
    let cells: [String]
    /// Filled cells under surplus headings.
    let surplus: [String]
  }

  /// The file in the inbox.
  public let file: InboxFile
  /// The workbook's own SHA-256 as 64 hexadecimal digits, and its bytes.
  public let sha256: String, bytes: Int
  /// The rows by feed and by the SHA-256 of their original file.
  public let rows: [Feed: [String: [Row]]]
  /// Rows whose identity was changed, is missing or stands twice: they are passed over.
  public let unknown: Int

  /// The feeds of which it has rows.
  public var feeds: [Feed] { Feed.allCases.filter { rows[$0] != nil } }

  /// Whether a file of the inbox is a workbook of corrections: whether it has the sheet that explains them. Only the list of its sheets is read.
  public static func isOne(_ path: String) -> Bool {
    guard path.lowercased().hasSuffix(".xlsx") else { return false }
    return [ClerkLanguage.chinese, .english].contains { language in
      let format = FileFormat(type: .xlsx, header: .none, sheet: .name(CorrectionForm.explanation(language)))
      return (try? TableFile(path: path, format: format)) != nil
    }
  }

  /// Reads a workbook of corrections.
  /// - Throws: `TableError` when it cannot be read, or changes meanwhile.
  public init(_ file: InboxFile) throws {
    let name = PersonNumbers.masked(file.name)
    guard let stamp = FileStamp(path: file.path), let sha256 = FileStamp.sha256(path: file.path) else {
      throw TableError(.io, file: name, "The workbook cannot be read.", nextStep: "Check who may read it.")
    }
    (self.file, self.sha256, bytes) = (file, sha256, stamp.size)
    let table = try TableFile(
      path: file.path, name: name, format: FileFormat(type: .xlsx, sheet: .allVisible),
      isHeader: CorrectionForm.isHeading)
    var rows: [Feed: [String: [Row]]] = [:]
    var seen: [String: Int] = [:]
    var unknown = 0
    var record = Record()
    var generation = -1
    var layout = Layout([])
    while try table.next(&record) {
      if table.headerGeneration != generation {
        generation = table.headerGeneration
        layout = Layout(table.headers)
      }
      guard !record.isBlank else { continue }
      let cells = (0..<record.count).map { CorrectionForm.plain(record.string($0)) }
      guard let identity = layout.identity(cells) else {
        unknown += 1
        continue
      }
      seen[identity.text, default: 0] += 1
      rows[identity.feed, default: [:]][identity.sha256, default: []].append(layout.row(cells, line: identity.line))
    }
    try stamp.requireUnchanged(path: file.path, name: name)
    let doubled = seen.filter { $0.value > 1 }
    for (feed, files) in rows {
      for (sha256, list) in files {
        rows[feed]?[sha256] = list.filter { doubled["\(feed.rawValue)/\(sha256)/\($0.line)"] == nil }
          .sorted { $0.line < $1.line }
      }
    }
    self.rows = rows
    self.unknown = unknown + doubled.values.reduce(0, +)
  }

  /// Where the cells of a sheet stand.
  private struct Layout {
    private let identityColumn: Int?
    private let own: [Int]
    private let surplus: [Int]
    private let headers: [String]

    init(_ headers: [String]) {
      let languages = [ClerkLanguage.chinese, .english]
      let identities = languages.map(CorrectionForm.identity)
      identityColumn = headers.firstIndex { identities.contains($0) }
      let first = languages.compactMap { headers.firstIndex(of: CorrectionForm.headings($0).last ?? "") }.min() ?? -1
      let surplusHeadings = Set(languages.flatMap { language in (1...16).map { CorrectionForm.surplus($0, language) } })
      let behind = headers.indices.filter { $0 > first && !identities.contains(headers[$0]) && !headers[$0].isEmpty }
      own = behind.filter { !surplusHeadings.contains(headers[$0]) }
      surplus = behind.filter { surplusHeadings.contains(headers[$0]) }
      self.headers = own.map { headers[$0] }
    }

    func identity(_ cells: [String]) -> (text: String, feed: Feed, sha256: String, line: Int64)? {
      guard let identityColumn, identityColumn < cells.count else { return nil }
      let text = cells[identityColumn]
      let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
      guard parts.count == 3, let feed = Feed(rawValue: parts[0]), parts[1].count == 64,
        parts[1].allSatisfy(\.isHexDigit), let line = Int64(parts[2])
      else { return nil }
      return (text, feed, parts[1], line)
    }

    func row(_ cells: [String], line: Int64) -> Row {
      func pick(_ columns: [Int]) -> [String] { columns.map { $0 < cells.count ? cells[$0] : "" } }
      return Row(line: line, headers: headers, cells: pick(own), surplus: pick(surplus).filter { !$0.isEmpty })
    }
  }
}
