import LabourMarket

/// A count that is reported as it grows: persons placed, sessions held, by the end of a month.
///
/// Between two reports it is taken to grow evenly, so that a year or a window has its share of a report that came late.
public struct RunningCount: Hashable, Sendable {
  private struct Step: Hashable {
    var first: Month, last: Month, growth: Double
  }
  private let steps: [Step]

  /// The count from its reports.
  /// - Parameters:
  ///   - reports: what had been reached by the end of each month, in any order.
  ///   - start: the month in which the count began at 0; `nil` for one that begins anew each January.
  ///
  /// A value below the one before began anew: in January, or after the month before if that is later.
  /// - Complexity: O(reports log reports).
  public init(_ reports: [(month: Month, value: Double)], since start: Month?) {
    var steps: [Step] = []
    var before: (month: Month, value: Double)?
    for report in reports.sorted(by: { $0.month < $1.month }) {
      let january = Month(year: report.month.year, month: 1)
      let begins = min(start ?? january, report.month)
      let known = before.flatMap { start == nil && $0.month < january ? nil : $0 }
      if let known, report.value >= known.value {
        steps.append(Step(first: known.month + 1, last: report.month, growth: report.value - known.value))
      } else {
        let first = before.map { max($0.month + 1, january) } ?? begins
        steps.append(Step(first: first, last: report.month, growth: report.value))
      }
      before = report
    }
    self.steps = steps
  }

  /// The last month that is reported.
  public var lastMonth: Month? { steps.last?.last }

  /// By how much it grew from the beginning of the first month to the end of the last one; 0 where nothing was
  /// reported.
  public func growth(_ months: ClosedRange<Month>) -> Double {
    steps.reduce(0) { sum, step in
      let overlap = min(step.last, months.upperBound) - max(step.first, months.lowerBound) + 1
      return overlap > 0 ? sum + step.growth * Double(overlap) / Double(step.last - step.first + 1) : sum
    }
  }
}

/// How much of a measure there is this year and what is left of it.
public struct MeasureCapacity: Hashable, Sendable {
  /// What the capacity counts, in the words of `levers.csv`.
  public enum Unit: String, CaseIterable, Sendable {
    case persons, sessions, enrolments
    case personTimes = "person-times"
  }

  /// The unit; `nil` where the reference data name none.
  public var unit: Unit?
  /// What this year has; `nil` where there is no limit, or where the period of the plan is over.
  public var year: Double?
  /// What was used of it until the night.
  public var used: Double
  /// Whether the reference data name a total up to a year that is over.
  public var isOver: Bool

  /// A capacity from its parts.
  public init(unit: Unit?, year: Double?, used: Double, isOver: Bool = false) {
    self.unit = unit
    self.year = year
    self.used = used
    self.isOver = isOver
  }

  /// What is left this year; `nil` where there is no limit.
  public var left: Double? { year.map { max(0, $0 - used) } }

  /// Whether the unit is one of persons, so that what is left bounds how many can be helped.
  var countsPersons: Bool { unit != .sessions }

  /// A measure's capacity in a year.
  ///
  /// `… a year` is the year's own. `… by 2023` is a total: what was left of it on 1 January is spread evenly over the
  /// years to the end.
  /// - Parameters:
  ///   - usedBefore: what was used of a total before this year.
  ///   - used: what was used this year.
  public init(_ lever: Lever, year: Int, usedBefore: Double, used: Double) {
    let words = lever.capacityUnit.split(separator: " ")
    unit = words.first.flatMap { Unit(rawValue: String($0)) }
    self.used = used
    isOver = false
    guard let capacity = lever.capacity else {
      self.year = nil
      return
    }
    guard let end = Self.lastYear(words) else {
      self.year = capacity
      return
    }
    isOver = year > end
    self.year = isOver ? nil : max(0, capacity - usedBefore) / Double(end - year + 1)
  }

  /// The year after `by`.
  private static func lastYear(_ words: [Substring]) -> Int? {
    guard let by = words.firstIndex(of: "by"), words.indices.contains(by + 1) else { return nil }
    return Int(words[by + 1])
  }
}
