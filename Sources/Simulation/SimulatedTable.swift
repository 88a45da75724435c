import LabourMarket

/// A table of text with named columns, ready to be written as a file.
public struct SimulatedTable: Hashable, Sendable {
  /// File name without its ending: `vacancies`, `truth_cells`, …
  public let name: String
  /// Column names.
  public let columns: [String]
  /// The rows; each has as many cells as there are columns.
  public internal(set) var rows: [[String]]

  init(_ name: String, _ columns: [String]) {
    self.name = name
    self.columns = columns
    rows = []
  }

  /// Puts rows in the order of a column (their time stamps), except that a share of them comes up to 400 rows too late, as in real feeds.
  mutating func arrange(by column: Int, displaced: Double, dice: inout Dice) {
    let order = rows.indices.sorted { (rows[$0][column], $0) < (rows[$1][column], $1) }
    var keyed: [(position: Double, row: [String])] = []
    keyed.reserveCapacity(rows.count)
    for (position, index) in order.enumerated() {
      let delay = dice.chance(displaced) ? dice.between(20, 400) : 0
      keyed.append((Double(position) + delay, rows[index]))
    }
    rows = keyed.indices.sorted { (keyed[$0].position, $0) < (keyed[$1].position, $1) }.map { keyed[$0].row }
  }
}

/// One month of one cell: `openEnd = openBefore + new − filled − lapsed`.
public struct CellBalance: Hashable, Sendable {
  /// The month.
  public let month: Month
  /// Chain, region and occupation.
  public let cell: Cell
  /// Unfilled openings at the end of the month before, persons.
  public internal(set) var openBefore = 0
  /// Openings posted during the month, persons.
  public internal(set) var new = 0
  /// Openings filled during the month (hires), persons.
  public internal(set) var filled = 0
  /// Openings that expired or were withdrawn during the month, persons.
  public internal(set) var lapsed = 0
  /// Unfilled openings at the end of the month, persons.
  public internal(set) var openEnd = 0
  /// People employed at the end of the month, persons.
  public internal(set) var employed = 0

  init(month: Month, cell: Cell) {
    self.month = month
    self.cell = cell
  }
}
