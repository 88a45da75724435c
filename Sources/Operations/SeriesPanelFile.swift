import Forecasting
import Glibc

/// A panel read from a long CSV file: `unique_id,ds,y` in any order of columns, an optional `group`, others ignored.
public struct SeriesPanelFile: Sendable {
  /// The panel, series in the order of their first row.
  public var panel: Panel
  /// How the file writes periods.
  public var style: SeriesPeriodStyle
  /// Rows read.
  public var rows: Int

  /// Reads a file in blocks; only the panel itself is held in memory.
  ///
  /// Rows may come in any order. An empty `y` (or `NA`, `NaN`) is a gap. Values of the same series and period must not repeat.
  /// - Throws: ``Failure`` naming file, line and column.
  public init(path: String) throws {
    var reader = try SeriesCSVReader(path: path, option: "--input", columns: "unique_id,ds,y")
    let header = try reader.header()
    guard let id = header.firstIndex(of: "unique_id"), let ds = header.firstIndex(of: "ds"),
      let y = header.firstIndex(of: "y")
    else {
      throw Failure.usage(
        "\(path): line 1: columns unique_id, ds and y are required, found \(header.joined(separator: ", "))",
        next: "rename the columns")
    }
    var builder = SeriesPanelBuilder(path: path, columns: (id, ds, y, header.firstIndex(of: "group")))
    try reader.forEachRow { line, row in try builder.add(row, line: line) }
    rows = builder.rows
    style = builder.style ?? .firstDay
    panel = try builder.finish()
  }
}

/// Gathers the rows of a panel file into series.
private struct SeriesPanelBuilder {
  let path: String
  let columns: (id: Int, ds: Int, y: Int, group: Int?)
  var rows = 0
  var style: SeriesPeriodStyle?
  private var series: [Series] = []
  /// Periods of the series whose rows did not come in order without holes.
  private var scattered: [Int: [(period: Int, value: Double, line: Int)]] = [:]
  private var index: [String: Int] = [:]
  private var current = -1
  private var currentID: [UInt8] = []

  init(path: String, columns: (id: Int, ds: Int, y: Int, group: Int?)) {
    self.path = path
    self.columns = columns
  }

  mutating func add(_ row: SeriesCSVReader.Row, line: Int) throws {
    let needed = Swift.max(columns.id, columns.ds, columns.y)
    guard row.count > needed else {
      throw Failure.usage("\(path): line \(line): \(row.count) fields, at least \(needed + 1) expected")
    }
    rows += 1
    let id = row[columns.id]
    if current < 0 || !same(id, currentID) { select(id, row: row) }
    let ds = row[columns.ds]
    guard let (form, period) = SeriesPeriodStyle.read(ds) else {
      throw Failure.usage(
        "\(path): line \(line): column ds: \"\(String(decoding: ds, as: UTF8.self))\" is not a month, a date or a whole number"
      )
    }
    if style == nil { style = form }
    if (style == .integer) != (form == .integer) {
      throw Failure.usage("\(path): line \(line): column ds: dates and whole numbers are mixed")
    }
    let value = try number(row[columns.y], line: line)
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

  private func same(_ a: UnsafeBufferPointer<UInt8>, _ b: [UInt8]) -> Bool {
    guard a.count == b.count else { return false }
    for i in 0..<b.count where a[i] != b[i] { return false }
    return true
  }

  private mutating func select(_ bytes: UnsafeBufferPointer<UInt8>, row: SeriesCSVReader.Row) {
    currentID = Array(bytes)
    let id = String(decoding: bytes, as: UTF8.self)
    if let known = index[id] {
      current = known
      return
    }
    current = series.count
    index[id] = current
    let group = columns.group.flatMap {
      $0 < row.count && !row[$0].isEmpty ? String(decoding: row[$0], as: UTF8.self) : nil
    }
    var added = Series(id: id, start: 0, values: [], group: group)
    if let before = series.last { added.values.reserveCapacity(before.values.count) }
    series.append(added)
  }

  private func number(_ bytes: UnsafeBufferPointer<UInt8>, line: Int) throws -> Double {
    if bytes.isEmpty { return .nan }
    if let plain = Self.plainNumber(bytes) { return plain }
    let value = withUnsafeTemporaryAllocation(of: CChar.self, capacity: bytes.count + 1) { text -> Double? in
      for i in 0..<bytes.count { text[i] = CChar(bitPattern: bytes[i]) }
      text[bytes.count] = 0
      guard let base = text.baseAddress else { return nil }
      var end: UnsafeMutablePointer<CChar>?
      let value = strtod(base, &end)
      return end == base + bytes.count ? value : nil
    }
    if let value { return value.isFinite ? value : .nan }
    let text = String(decoding: bytes, as: UTF8.self)
    if ["NA", "NaN", "nan", "null", "NULL"].contains(text) { return .nan }
    throw Failure.usage("\(path): line \(line): column y: \"\(text)\" is not a number")
  }

  /// A plain decimal of at most 15 digits: integer and power of ten are exact, so their quotient is correctly rounded.
  private static func plainNumber(_ bytes: UnsafeBufferPointer<UInt8>) -> Double? {
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

  mutating func finish() throws -> Panel {
    for k in scattered.keys.sorted() {
      guard let points = scattered[k]?.sorted(by: { ($0.period, $0.line) < ($1.period, $1.line) }),
        let first = points.first,
        let last = points.last
      else { continue }
      guard last.period - first.period < 100_000 else {
        throw Failure.usage("\(path): series \(series[k].id): periods spread over more than 100,000")
      }
      var values = [Double](repeating: .nan, count: last.period - first.period + 1)
      var previous: Int?
      for point in points {
        if point.period == previous {
          throw Failure.usage(
            "\(path): line \(point.line): series \(series[k].id) has two values for \((style ?? .firstDay).text(point.period))",
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
