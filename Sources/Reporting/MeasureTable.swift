import Assistance
import LabourMarket

/// A measure on the sheet of what is left of them and how much they have helped.
public struct MeasureRow: Hashable, Sendable {
  /// Its name in the language of the list, the groups it suits, and months until it works.
  public var name: String, groups: [OfficerGroup], leadTimeMonths: Int
  /// What was learned of it.
  public var state: MeasureOutlook.State

  /// A row from its parts.
  public init(name: String, groups: [OfficerGroup], leadTimeMonths: Int, state: MeasureOutlook.State) {
    self.name = name
    self.groups = groups
    self.leadTimeMonths = leadTimeMonths
    self.state = state
  }
}

/// Forms the sheet of the measures: capacity this year, used, left; share in what has helped, before and after what
/// was learned.
public struct MeasureTable: Sendable {
  let rows: [MeasureRow]
  let rules: MeasureRules
  let closure: Double
  let evidenceMonths: Int
  let night: CalendarDay
  let strings: StringTable

  /// A former of the sheet.
  /// - Parameter closure: the share of a gap that is closed where somebody works on it.
  public init(
    rows: [MeasureRow], rules: MeasureRules, closure: Double, evidenceMonths: Int, night: CalendarDay,
    strings: StringTable
  ) {
    self.rows = rows
    self.rules = rules
    self.closure = closure
    self.evidenceMonths = evidenceMonths
    self.night = night
    self.strings = strings
  }

  /// The sheet.
  public var sheet: PlanSheet {
    func title(_ key: String) -> String { strings("column.effect.\(key)") }
    let columns = [
      TableColumn(title("measure"), width: 26), TableColumn(title("kind"), width: 10, .center),
      TableColumn(title("groups"), width: 22), TableColumn(title("lead"), width: 8, .right),
      TableColumn(title("capacity"), width: 10, .right), TableColumn(title("used"), width: 10, .right),
      TableColumn(title("left"), width: 10, .right), TableColumn(title("unit"), width: 10.5, .center),
      TableColumn(title("prior"), width: 9, .right), TableColumn(title("cases"), width: 10, .right),
      TableColumn(title("reported"), width: 10, .right), TableColumn(title("share"), width: 9, .right),
      TableColumn(title("reason"), width: 40),
    ]
    let percent = { (share: Double) in TableText.percent(share, decimals: 0) }
    return PlanSheet(
      name: strings("plan.effects"),
      lines: [strings("effects.unit", night.description, String(evidenceMonths), percent(closure))],
      table: ListTable(columns: columns, rows: rows.map(cells), totalLabel: "", labelColumn: 0),
      notes: [
        strings(
          "effects.note", TableText.grouped(whole(rules.priorWeight)),
          MeasureKind.allCases.map { "\(strings("kind.\($0.rawValue)")) \(percent(rules.weights[$0] ?? 0))" }
            .joined(separator: strings("list.comma")), percent(rules.closure)),
        strings("effects.formula"),
      ], empty: strings("effects.empty"), frozen: 1)
  }

  private func cells(_ row: MeasureRow) -> [TableCell] {
    let state = row.state
    let capacity = state.capacity
    func amount(_ value: Double?) -> TableCell {
      guard let value else { return .empty }
      return capacity.unit == .sessions || value == 0 ? .count(whole(value)) : persons(value)
    }
    func evidence(_ value: Double) -> TableCell { value == 0 ? .count(0) : persons(value) }
    return [
      .text(row.name), .text(strings("kind.\(state.kind.rawValue)")),
      .text(row.groups.map { strings("group.\($0.rawValue)") }.joined(separator: strings("list.comma"))),
      .count(row.leadTimeMonths), amount(capacity.year), amount(capacity.used), amount(capacity.left),
      capacity.unit.map { .text(strings("unit.\($0.rawValue)")) } ?? .empty, .percent(state.prior),
      evidence(state.cases), evidence(state.reported), .percent(state.share), .text(reason(state)),
    ]
  }

  /// What the numbers of a row rest on.
  private func reason(_ state: MeasureOutlook.State) -> String {
    let capacity = state.capacity
    var parts: [String] = []
    if capacity.isOver {
      parts.append(strings("effects.over"))
    } else if capacity.left.map({ $0 < 1 }) ?? false {
      parts.append(strings("effects.exhausted"))
    } else if capacity.year == nil {
      parts.append(strings("effects.unlimited"))
    }
    parts.append(strings(state.cases + state.reported > 0 ? "effects.learned" : "effects.prior"))
    return parts.joined(separator: strings("list.separator"))
  }
}
