import Foundation
import Postgres
import Tabular

/// Runs the query of a source on another PostgreSQL: read only, one snapshot, row by row in constant memory.
struct PostgresPull {
  private let source: PostgresSource
  private let since: SinceRule?
  private let zone: TimeZone
  private let url: String
  private let queries: QueryCatalog
  /// What messages call the source.
  let place: String

  /// Rows that are gathered before they go to the spool.
  private static let pieceRows = 5000

  /// A pull with its secrets in place.
  init(
    _ source: PostgresSource, since: SinceRule?, zone: TimeZone, environment: [String: String], queries: QueryCatalog
  ) throws {
    self.source = source
    self.since = since
    self.zone = zone
    self.queries = queries
    var vault = Vault()
    url = try source.url.resolved(environment, &vault)
    do { place = try ConnectionAddress(url).description } catch {
      throw SourceFault("the source's \(error)", isConfiguration: true)
    }
  }

  private struct Enough: Error {}

  /// Hands over all rows, in pieces of which only the last has no `next`.
  /// - Parameter limit: rows after which the query is given up; `nil` for all.
  /// - Throws: `PostgresError`; what `take` throws.
  func rows(since value: String?, limit: Int? = nil, _ take: (SourcePage) throws -> Void) throws {
    let connection = try Connection(url, applicationName: "labourwatch source")
    var page = SourcePage()
    var columns: [[UInt8]] = []
    var count = 0
    try connection.transaction(isolation: .repeatableRead) {
      try connection.execute(queries.query("ingestion/source_path"))
      try connection.execute(
        queries.query("ingestion/source_settings"), [.text(zone.identifier), .text(String(source.statementTimeout))])
      do {
        try connection.forEachRow(
          Query(name: "the source's query", text: source.query), since == nil ? [] : [.optional(value) { .text($0) }]
        ) { row in
          if page.rows == Self.pieceRows {
            page.next = "more"
            try take(page)
            page = SourcePage()
          }
          if columns.isEmpty { columns = row.columns.map { JSONValue.string($0).encoded() } }
          try append(row, columns, &page)
          count += 1
          if count == limit { throw Enough() }
        }
      } catch is Enough {}
    }
    try take(page)
  }

  private func append(_ row: Row, _ columns: [[UInt8]], _ page: inout SourcePage) throws {
    page.lines.append(UInt8(ascii: "{"))
    for index in 0..<row.count {
      if index > 0 { page.lines.append(UInt8(ascii: ",")) }
      page.lines += columns[index]
      page.lines.append(UInt8(ascii: ":"))
      (try row.optionalString(index).map { JSONValue.string($0) } ?? .null).encode(into: &page.lines)
    }
    page.lines += "}\n".utf8
    page.rows += 1
    guard let since else { return }
    guard let mark = try row.optionalString(since.column).flatMap({ since.mark($0, zone: zone) }) else {
      page.unmarked += 1
      return
    }
    page.mark = max(page.mark ?? mark, mark)
  }
}
