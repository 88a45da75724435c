import Foundation
import Ingestion
import LabourMarket
import Postgres
import Tabular

/// What can be exported as data (contract section 3); the raw value is the word on the command line.
public enum ExportSubject: String, CaseIterable, Sendable {
  case forecast, scenario, ledger, quarantine, findings, response, nonresponse, alerts, shortfalls, surpluses,
    jobs, measures, fairs, classes
}

/// Writes a table of the database as CSV or JSON Lines, in a fixed order of rows, whole or not at all.
public struct Exports {
  let session: Session

  /// Exports in a session.
  public init(session: Session) { self.session = session }

  /// Writes an export.
  /// - Parameters:
  ///   - subject: what.
  ///   - path: a file that ends in `.csv` or `.jsonl`; `-` is standard output, as CSV.
  ///   - asOf: for forecasts, scenarios, shortfalls and surpluses the newest run as of that month, for survey response what was known by its end;
  ///     `nil` is the newest run, and all that is known.
  /// - Returns: the number of rows.
  /// - Throws: ``Failure`` (usage) for another ending, ``Failure`` where there is no forecast.
  @discardableResult
  public func write(_ subject: ExportSubject, to path: String, asOf: Month? = nil) throws -> Int {
    let isLines = path.hasSuffix(".jsonl")
    guard path == "-" || isLines || path.hasSuffix(".csv") else {
      throw Failure.usage("--output \(path): the file's name says its form.", next: "End it in .csv or .jsonl.")
    }
    let room = subject == .forecast || subject == .scenario ? "shortfall" : "reporting"
    let query = try session.queries.query("\(room)/export_\(subject.rawValue)")
    let parameters = try parameters(subject, asOf)
    if subject == .jobs {
      let undecided = try JobDecisions(session: session).undecided()
      if undecided > 0 {
        session.console.warning(
          "\(undecided) versions of postings are not decided yet: `labourwatch jobs decide`, or the next forecast, does it."
        )
      }
    }
    if path == "-" {
      let sink = MemorySink()
      let count = try csv(query, parameters, sink)
      Console.writeData(String(decoding: sink.bytes, as: UTF8.self))
      return count
    }
    let file = try AtomicFile(path: path)
    do {
      return isLines ? try lines(query, parameters, file) : try csv(query, parameters, file)
    } catch {
      file.discard()
      throw error
    }
  }

  private func parameters(_ subject: ExportSubject, _ asOf: Month?) throws -> [Value] {
    let city = Value.text(session.profile.city)
    switch subject {
    case .ledger, .quarantine, .findings, .alerts, .jobs: return [city]
    case .response, .nonresponse:
      return [city, .text(asOf.map { LocalTimestamp(day: $0.lastDay, second: 86_399).description } ?? "infinity")]
    case .shortfalls, .measures, .fairs, .classes: return [city, try newest("reporting/report_as_of", asOf, "list")]
    case .scenario:
      return [
        city,
        try newest("shortfall/scenario_as_of", asOf, "scenario", next: "`labourwatch forecast --scenario FILE.yaml`"),
      ]
    case .forecast, .surpluses: return [city, try newest("reporting/forecast_as_of", asOf, "forecast")]
    }
  }

  /// The newest run of a kind, or the newest one as of a month.
  private func newest(
    _ query: String, _ asOf: Month?, _ kind: String, next: String = "`labourwatch nightly`"
  ) throws -> Value {
    let rows = try session.connection.query(
      session.queries.query(query), [.text(session.profile.city), .optional(asOf) { .date($0.firstDay.ordinal) }])
    guard let row = rows.first else {
      throw Failure(
        .failed, "There is no \(kind)\(asOf.map { " as of \($0)" } ?? "") for \(session.profile.city).",
        next: "Run \(next) first.")
    }
    return .int(try row.int(0))
  }

  /// The first row tells the columns, so that a table without rows still has its header.
  private func csv(_ query: Query, _ parameters: [Value], _ sink: any ByteSink) throws -> Int {
    let writer = try CSVWriter(sink, charset: .utf8)
    let rows = try session.connection.query(query, parameters)
    let shape = Shape(rows)
    try writer.record(shape.columns)
    for row in rows {
      for column in shape.columns.indices { writer.field(try shape.text(row, column) ?? "") }
      try writer.endRecord()
    }
    try writer.finish()
    return rows.count
  }

  private func lines(_ query: Query, _ parameters: [Value], _ sink: any ByteSink) throws -> Int {
    let rows = try session.connection.query(query, parameters)
    let shape = Shape(rows)
    let writer = JSONLinesWriter(sink, keys: shape.columns)
    let isNumber = shape.columns.indices.map { Self.numberTypes.contains(rows.typeOID(of: $0)) }
    for row in rows {
      try writer.record(
        try shape.columns.indices.map { column -> JSONValue in
          guard let text = try shape.text(row, column) else { return .null }
          return isNumber[column] ? .number(text) : .string(text)
        })
    }
    try writer.finish()
    return rows.count
  }

  /// The columns that are written: raw bytes as text by their charset, which stands in the last column and is not written itself.
  private struct Shape {
    let columns: [String]
    private let raw: Int?

    init(_ rows: Rows) {
      raw = rows.columns.last == "charset" ? rows.columns.firstIndex(of: "raw") : nil
      columns = raw == nil ? rows.columns : rows.columns.dropLast()
    }

    func text(_ row: Row, _ column: Int) throws -> String? {
      guard column == raw else { return try row.optionalString(column) }
      return RawRowReader.text(try row.bytes(column), charset: try row.optionalString(columns.count))
    }
  }

  /// int8, int2, int4, float4, float8, numeric: catalogue pg_type.
  private static let numberTypes: Set<UInt32> = [20, 21, 23, 700, 701, 1700]
}
