/// A dense table of numbers, one row a series, one column a month.
public struct MonthTable: Sendable, Hashable {
  /// Number of series.
  public let rows: Int
  /// Number of months.
  public let months: Int
  /// Row-major values.
  public var values: ContiguousArray<Double>

  /// A table of zeros.
  public init(rows: Int, months: Int) {
    self.rows = rows
    self.months = months
    values = ContiguousArray(repeating: 0, count: rows * months)
  }

  /// The value of a series in a month (counted from the table's first). - Complexity: O(1)
  public subscript(row: Int, month: Int) -> Double {
    get { values[row * months + month] }
    set { values[row * months + month] = newValue }
  }

  /// One series. - Complexity: O(months)
  public func row(_ row: Int) -> [Double] { Array(values[row * months..<(row + 1) * months]) }

  /// One month of all series. - Complexity: O(rows)
  public func column(_ month: Int) -> [Double] { (0..<rows).map { values[$0 * months + month] } }

  /// The rows summed into groups: row `r` adds to group `group[r]`. - Complexity: O(rows × months)
  public func summed(by group: [Int], into count: Int) -> MonthTable {
    var out = MonthTable(rows: count, months: months)
    for row in 0..<rows {
      let target = group[row] * months
      for month in 0..<months { out.values[target + month] += values[row * months + month] }
    }
    return out
  }
}
