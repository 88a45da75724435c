import Forecasting
import Tabular

/// A calendar of effects: `ds` (a month) and one column of numbers an effect.
enum SeriesCalendarFile {
  /// Reads a calendar that `--calendar` names: the name of one in `jobs/calendars`, as `cn`, or a path.
  ///
  /// - Throws: ``Failure`` (usage) for a calendar that is not there, and for panels that are not monthly.
  static func read(
    _ name: String, style: SeriesPeriodStyle, season: Int, environment: [String: String]
  ) throws -> CalendarEffects {
    guard style.frequency == .monthly else {
      throw Failure.usage(
        "--calendar \(name): calendars speak of months, and the input is \(style.frequency.rawValue)",
        next: "leave --calendar out")
    }
    let isName = name.allSatisfy { $0.isLetter || $0 == "-" || $0 == "_" }
    let path = isName ? try Resources.locate(environment: environment).root + "/jobs/calendars/\(name).csv" : name
    let table = try SeriesTable(path: path, option: "--calendar", columns: "ds and one an effect")
    let ds = try table.column("ds")
    let names = table.headers.enumerated().filter { $0.offset != ds && !$0.element.isEmpty }
    guard !names.isEmpty else {
      throw Failure.usage("\(path): no column beside ds", next: "give every effect a column of numbers")
    }
    var rows: [Int: [Double]] = [:]
    try table.forEachRecord(fields: ds + 1) { record in
      guard let cell = SeriesPeriodCell(Text.trim(record[field: ds])), cell.form != .integer else {
        throw Failure.usage(
          "\(path): line \(record.line): column ds: \"\(record.string(ds))\" is not a month", next: "write 2021-04")
      }
      var row: [Double] = []
      for column in names {
        let bytes = Text.trim(record[field: column.offset])
        guard let value = bytes.isEmpty ? .nan : SeriesNumber.any(bytes) else {
          throw Failure.usage(
            "\(path): line \(record.line): column \(column.element): \"\(record.string(column.offset))\" is not a number",
            next: "leave the cell empty where nothing is known")
        }
        row.append(value)
      }
      rows[cell.value] = row
      return true
    }
    guard let first = rows.keys.min(), let last = rows.keys.max(), last - first < 100_000 else {
      throw Failure.usage("\(path): no month", next: "give it one row a month")
    }
    let empty = [Double](repeating: .nan, count: names.count)
    return CalendarEffects(
      names: names.map(\.element), start: first, rows: (first...last).map { rows[$0] ?? empty }, season: season)
  }
}
