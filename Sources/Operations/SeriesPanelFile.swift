import Forecasting
import Glibc
import Tabular

/// A panel read from a long table: `unique_id,ds,y` in any order of columns, groups from a column or from the ids, others ignored.
public struct SeriesPanelFile: Sendable {
  /// Where the groups of series come from.
  public enum Groups: Sendable, Equatable {
    /// The column `group` if there is one.
    case automatic
    /// A column.
    case column(String)
    /// The part of the id before the first of these characters.
    case prefix(String)
    /// No groups.
    case none

    /// Reads the text of the option: `none`, `prefix:/`, or the name of a column.
    public init(_ text: String) {
      if text == "none" {
        self = .none
      } else if text.hasPrefix("prefix:"), text.count > 7 {
        self = .prefix(String(text.dropFirst(7)))
      } else {
        self = .column(text)
      }
    }
  }

  /// The panel, series in the order of their first row.
  public var panel: Panel
  /// How the file writes periods.
  public var style: SeriesPeriodStyle
  /// Rows read.
  public var rows: Int

  /// Reads a file in blocks; only the panel itself is held in memory.
  ///
  /// Rows may come in any order. An empty `y` (or `NA`, `NaN`, an infinite number) is a gap. Values of the same series and period
  /// must not repeat. How far apart periods are is found from the first rows.
  /// - Throws: ``Failure`` naming file, line and column.
  public init(path: String, groups: Groups = .automatic) throws {
    let columns = "unique_id,ds,y"
    let style = try SeriesPanelFile.style(path: path, columns: columns)
    let table = try SeriesTable(path: path, option: "--input", columns: columns)
    var builder = try SeriesPanelBuilder(path: path, table: table, style: style, groups: groups)
    try table.forEachRecord(fields: builder.fields) { record in
      try builder.add(record)
      return true
    }
    rows = builder.rows
    self.style = style
    panel = try builder.finish()
  }

  /// The style of the periods, from the first 5,000 rows.
  private static func style(path: String, columns: String) throws -> SeriesPeriodStyle {
    let table = try SeriesTable(path: path, option: "--input", columns: columns)
    let id = try table.column("unique_id")
    let ds = try table.column("ds")
    _ = try table.column("y")
    var first: SeriesPeriodCell?
    var days: [String: [Int]] = [:]
    var rows = 0
    try table.forEachRecord(fields: Swift.max(id, ds) + 1) { record in
      rows += 1
      if let cell = SeriesPeriodCell(Text.trim(record[field: ds])) {
        if first == nil { first = cell }
        if cell.form != .integer { days[record.string(id), default: []].append(cell.day) }
      }
      return rows < 5000
    }
    guard let first else { return .firstDay }
    if first.form == .integer { return SeriesPeriodStyle(form: .integer, frequency: .numbered, anchor: 0) }
    let distances = days.values.flatMap { list -> [Int] in
      let sorted = list.sorted()
      return zip(sorted.dropFirst(), sorted).map { $0 - $1 }
    }
    let frequency = SeriesFrequency.of(days: distances)
    let anchor =
      switch frequency {
      case .weekly: first.day % 7
      case .quarterly: first.value % 3
      case .yearly: first.value % 12
      default: 0
      }
    let form = first.form == .day ? .firstDay : first.form
    return SeriesPeriodStyle(form: frequency.months == nil ? .day : form, frequency: frequency, anchor: anchor)
  }
}

/// Gathers the rows of a panel file into series.
private struct SeriesPanelBuilder {
  let path: String
  let style: SeriesPeriodStyle
  private let id: Int
  private let ds: Int
  private let y: Int
  private let group: Int?
  private let separators: String?
  var rows = 0
  private var series: [Series] = []
  /// Periods of the series whose rows did not come in order without holes.
  private var scattered: [Int: [(period: Int, value: Double, line: Int)]] = [:]
  private var index: [String: Int] = [:]
  private var current = -1
  private var currentID: [UInt8] = []

  init(path: String, table: SeriesTable, style: SeriesPeriodStyle, groups: SeriesPanelFile.Groups) throws {
    self.path = path
    self.style = style
    id = try table.column("unique_id")
    ds = try table.column("ds")
    y = try table.column("y")
    switch groups {
    case .automatic: (group, separators) = (table.headers.firstIndex(of: "group"), nil)
    case .column(let name): (group, separators) = (try table.column(name), nil)
    case .prefix(let text): (group, separators) = (nil, text)
    case .none: (group, separators) = (nil, nil)
    }
  }

  /// Fields that a record needs.
  var fields: Int { Swift.max(id, ds, y) + 1 }

  mutating func add(_ record: borrowing Record) throws {
    rows += 1
    let line = record.line
    let key = record[field: id]
    if current < 0 || !same(key, currentID) { try select(key, record: record) }
    let cell = Text.trim(record[field: ds])
    guard let read = SeriesPeriodCell(cell) else {
      throw Failure.usage(
        "\(path): line \(line): column ds: \"\(String(decoding: cell, as: UTF8.self))\" is not a month, a date or a whole number",
        next: "write periods as 2021-04, 2021-04-01 or whole numbers")
    }
    guard let period = style.ordinal(read) else {
      throw Failure.usage(
        "\(path): line \(line): column ds: dates and whole numbers are mixed", next: "use one of them")
    }
    let value = try number(record[field: y], line: line)
    if series[current].values.isEmpty, scattered[current] == nil { series[current].start = period }
    if scattered[current] == nil, period == series[current].end {
      series[current].values.append(value)
    } else {
      if scattered[current] == nil {
        let s = series[current]
        scattered[current] = s.values.indices.map { (s.start + $0, s.values[$0], 0) }
        series[current].values = []
      }
      scattered[current]?.append((period, value, line))
    }
  }

  private func same(_ a: UnsafeRawBufferPointer, _ b: [UInt8]) -> Bool {
    guard a.count == b.count else { return false }
    for i in 0..<b.count where a[i] != b[i] { return false }
    return true
  }

  private mutating func select(_ bytes: UnsafeRawBufferPointer, record: borrowing Record) throws {
    currentID = Array(bytes)
    let id = String(decoding: Text.trim(bytes), as: UTF8.self)
    if id.isEmpty {
      throw Failure.usage("\(path): line \(record.line): column unique_id is empty", next: "name the series")
    }
    if let known = index[id] {
      current = known
      return
    }
    current = series.count
    index[id] = current
    var name: String?
    if let group {
      name = record.string(group)
    } else if let separators, let end = id.firstIndex(where: { separators.contains($0) }) {
      name = String(id[..<end])
    }
    var added = Series(id: id, start: 0, values: [], group: name?.isEmpty == true ? nil : name)
    if let before = series.last { added.values.reserveCapacity(before.values.count) }
    series.append(added)
  }

  private func number(_ cell: UnsafeRawBufferPointer, line: Int) throws -> Double {
    if let plain = SeriesNumber.plain(cell) { return plain }
    let bytes = Text.trim(cell)
    if bytes.isEmpty { return .nan }
    if let value = SeriesNumber.any(bytes) { return value.isFinite ? value : .nan }
    let text = String(decoding: bytes, as: UTF8.self)
    if ["NA", "N/A", "null", "NULL", "None", "-"].contains(text) { return .nan }
    throw Failure.usage(
      "\(path): line \(line): column y: \"\(text)\" is not a number",
      next: "leave the cell empty where there is no value")
  }

  mutating func finish() throws -> Panel {
    for k in scattered.keys.sorted() {
      guard let points = scattered[k]?.sorted(by: { ($0.period, $0.line) < ($1.period, $1.line) }),
        let first = points.first,
        let last = points.last
      else { continue }
      guard last.period - first.period < 100_000 else {
        throw Failure.usage(
          "\(path): series \(series[k].id): periods spread over more than 100,000",
          next: "look for a mistyped year in column ds")
      }
      var values = [Double](repeating: .nan, count: last.period - first.period + 1)
      var previous: Int?
      for point in points {
        if point.period == previous {
          throw Failure.usage(
            "\(path): line \(point.line): series \(series[k].id) has two values for \(style.text(point.period))",
            next: "keep one row a series and period")
        }
        previous = point.period
        values[point.period - first.period] = point.value
      }
      series[k].start = first.period
      series[k].values = values
    }
    return Panel(series: series)
  }
}

/// Numbers from bytes, without making text of them.
enum SeriesNumber {
  /// A plain decimal of at most 15 digits: integer and power of ten are exact, so their quotient is correctly rounded.
  static func plain(_ bytes: UnsafeRawBufferPointer) -> Double? {
    guard bytes.count <= 17 else { return nil }
    var digits = 0
    var value = 0
    var point = -1
    for i in 0..<bytes.count {
      let byte = bytes[i]
      if byte >= 48, byte <= 57 {
        value = value * 10 + Int(byte - 48)
        digits += 1
      } else if byte == 46, point < 0 {
        point = i
      } else if byte != 45 || i > 0 {
        return nil
      }
    }
    guard digits > 0, digits <= 15 else { return nil }
    let size = point < 0 ? Double(value) : Double(value) / powers[bytes.count - 1 - point]
    return bytes[0] == 45 ? -size : size
  }

  private static let powers: [Double] = [
    1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
  ]

  /// Whatever `strtod` takes as a whole, infinite numbers and `nan` too.
  static func any(_ bytes: UnsafeRawBufferPointer) -> Double? {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: bytes.count + 1) { text -> Double? in
      for i in 0..<bytes.count { text[i] = CChar(bitPattern: bytes[i]) }
      text[bytes.count] = 0
      guard let base = text.baseAddress else { return nil }
      var end: UnsafeMutablePointer<CChar>?
      let value = strtod(base, &end)
      return end == base + bytes.count ? value : nil
    }
  }
}
