import LabourMarket

/// How order classes and training are planned.
public struct ClassRules: Hashable, Sendable {
  /// Seats of a class at least and at most.
  public var smallest: Int, largest: Int
  /// Share of trainees who graduate and begin to work; share of persons announced by programmes who arrive.
  public var completion: Double, arrival: Double
  /// Months observed and months ahead in all of which there must be a gap.
  public var pastMonths: Int, monthsAhead: Int
  /// Persons of a structural gap without which it is not listed.
  public var leastGap: Int
  /// The measures that open classes, codes of `levers.csv`, the preferred first.
  public var measures: [String]

  /// Rules from their parts.
  public init(
    smallest: Int = 30, largest: Int = 50, completion: Double = 0.85, arrival: Double = 0.7, pastMonths: Int = 6,
    monthsAhead: Int = 6, leastGap: Int = 5, measures: [String] = ["order-class", "training"]
  ) {
    self.smallest = smallest
    self.largest = largest
    self.completion = completion
    self.arrival = arrival
    self.pastMonths = pastMonths
    self.monthsAhead = monthsAhead
    self.leastGap = leastGap
    self.measures = measures
  }
}

/// The gap of an occupation in a region over time.
public struct GapHistory: Hashable, Sendable {
  /// The region, the occupation and the occupation's group.
  public var region: String, occupation: OccupationCode, group: OfficerGroup
  /// Persons short by month: observed, the newest last; expected (means), the next month first.
  public var past: [Double], ahead: [Double]
  /// Persons whom programmes announce, by month of arrival.
  public var arrivals: [Month: Double]

  /// A history from its parts.
  public init(
    region: String, occupation: OccupationCode, group: OfficerGroup, past: [Double], ahead: [Double],
    arrivals: [Month: Double] = [:]
  ) {
    self.region = region
    self.occupation = occupation
    self.group = group
    self.past = past
    self.ahead = ahead
    self.arrivals = arrivals
  }
}

/// What is proposed for a structural gap.
public struct ClassProposal: Hashable, Sendable {
  /// Why there are classes, or none.
  public enum Reason: String, Sendable, CaseIterable {
    /// Classes are opened in the region.
    case opened
    /// Regions whose own need fills no class open classes together.
    case pooled
    /// The region's need is part of classes of the whole city.
    case joined
    /// The need fills no class, not even with other regions.
    case tooFew = "too_few"
    /// Nothing is left of the measures this year.
    case exhausted
    /// No measure suits the occupation's group.
    case unsuited
    /// Those who arrive anyway are enough.
    case covered
  }

  /// The region, empty for the whole city, and the regions that take part.
  public var region: String, regions: [String]
  /// The occupation.
  public var occupation: OccupationCode
  /// The measure; `nil` where none is proposed.
  public var measure: String?
  /// The least gap of the months observed and of the months ahead, and what lasts through both, persons.
  public var past: Int, ahead: Int, structural: Int
  /// Persons who arrive by other programmes before the classes end; persons to be prepared.
  public var arriving: Int, need: Int
  /// Persons of the gap whom classes of another measure prepare already.
  public var prepared: Int
  /// The seats of each class, and who graduates; persons still short afterwards.
  public var classes: [Int], graduates: Int, left: Int
  /// Month in which the classes end.
  public var end: Month?
  /// Seats left of the measure this year after these classes; `nil` where there is no limit.
  public var capacityLeft: Int?
  /// Why.
  public var reason: Reason
}

/// Which classes must be opened now, for gaps that last.
///
/// A gap is structural as far as it was there in each of the last months and is expected in each of the months ahead:
/// the least of all of them. Persons announced by programmes who arrive after the months forecast (those before are
/// in the forecast already) and before the last classes end are taken off. What is left is prepared in whole classes:
/// for each measure in the order preferred first classes of single regions, then classes of the whole city for
/// regions that fill none of their own; each step exact (``ClassSeats``), the largest gaps first among equals.
public struct ClassPlan: Sendable {
  /// A measure that opens classes.
  public struct Measure: Hashable, Sendable {
    /// Its code, the groups it suits, months until its graduates work, and seats left this year; `nil` where there is
    /// no limit.
    public var code: String, groups: Set<OfficerGroup>, leadTimeMonths: Int, left: Int?

    /// A measure from its parts.
    public init(code: String, groups: Set<OfficerGroup>, leadTimeMonths: Int, left: Int?) {
      self.code = code
      self.groups = groups
      self.leadTimeMonths = leadTimeMonths
      self.left = left
    }
  }

  private let rules: ClassRules
  private let measures: [Measure]
  private let night: Month, asOf: Month

  /// A problem; `night` is the month in which classes begin, `asOf` the last one observed.
  public init(rules: ClassRules, measures: [Measure], night: Month, asOf: Month) {
    self.rules = rules
    self.measures = measures
    self.night = night
    self.asOf = asOf
  }

  /// A gap on its way through the measures.
  private struct Open {
    var region: String, regions: [String], occupation: OccupationCode, group: OfficerGroup
    var past: Int, ahead: Int, structural: Int, arriving: Int, prepared = 0
    var reason: ClassProposal.Reason = .unsuited

    var need: Int { max(0, structural - arriving - prepared) }
    /// Whether classes of the whole city may be made of it: there are none of its own.
    var isSingle: Bool { prepared == 0 && !region.isEmpty && reason != .joined }
  }

  /// The proposals, the largest structural gaps first; those of the whole city stand after the regions.
  /// - Complexity: O(gaps log gaps), and that of ``ClassSeats/seats(_:capacity:)`` twice a measure.
  public func proposals(_ gaps: [GapHistory]) -> [ClassProposal] {
    var open = gaps.compactMap(structural).sorted(by: Self.precedes)
    var out: [ClassProposal] = []
    for measure in measures {
      var left = measure.left
      out += step(measure, &open, &left)
      var pools = pools(open, measure)
      out += step(measure, &pools, &left)
      // A pool that opens classes takes the place of its regions; one that does not leaves them as they were.
      pools.removeAll { $0.prepared == 0 }
      for pool in pools {
        for index in open.indices
        where open[index].occupation == pool.occupation && pool.regions.contains(open[index].region) {
          open[index].reason = .joined
        }
      }
      open += pools
    }
    return out + open.filter { $0.prepared == 0 }.map(unmet)
  }

  private static func precedes(_ a: Open, _ b: Open) -> Bool {
    if a.structural != b.structural { return a.structural > b.structural }
    return (a.region, a.occupation.rawValue) < (b.region, b.occupation.rawValue)
  }

  private func structural(_ gap: GapHistory) -> Open? {
    guard gap.past.count >= rules.pastMonths, gap.ahead.count >= rules.monthsAhead,
      let past = gap.past.suffix(rules.pastMonths).min(), let ahead = gap.ahead.prefix(rules.monthsAhead).min()
    else { return nil }
    let lasting = Int(min(past, ahead).rounded(.down))
    guard lasting >= rules.leastGap else { return nil }
    return Open(
      region: gap.region, regions: [gap.region], occupation: gap.occupation, group: gap.group,
      past: Int(past.rounded(.down)), ahead: Int(ahead.rounded(.down)), structural: lasting, arriving: arriving(gap))
  }

  /// Persons who arrive after the months forecast and before the last classes end; fewer than five are none, so that
  /// no number tells them.
  private func arriving(_ gap: GapHistory) -> Int {
    let first = asOf + rules.monthsAhead + 1
    let end = night + (measures.map(\.leadTimeMonths).max() ?? 0)
    let persons = gap.arrivals.filter { $0.key >= first && $0.key <= end }.sorted { $0.key < $1.key }
      .reduce(0) { $0 + $1.value }
    let expected = Int((persons * rules.arrival).rounded())
    return expected < 5 ? 0 : expected
  }

  /// Seats from which no more graduate than are needed.
  private func want(_ need: Int) -> Int { Int((Double(need) / rules.completion + 1e-9).rounded(.down)) }

  /// One step: classes of the gaps that a measure suits, as many seats as are left.
  private func step(_ measure: Measure, _ open: inout [Open], _ left: inout Int?) -> [ClassProposal] {
    let room = ClassSeats(smallest: rules.smallest, largest: rules.largest)
    let suited = open.indices.filter { measure.groups.contains(open[$0].group) && open[$0].reason != .joined }
    let needs = suited.map { open[$0].need }
    let seats = room.seats(needs.map(want), capacity: left)
    var out: [ClassProposal] = []
    for (place, index) in suited.enumerated() {
      guard seats[place] > 0 else {
        if open[index].prepared == 0 { open[index].reason = refusal(needs[place], room) }
        continue
      }
      let graduates = Int((Double(seats[place]) * rules.completion + 1e-9).rounded(.down))
      left = left.map { $0 - seats[place] }
      out.append(
        ClassProposal(
          region: open[index].region, regions: open[index].regions, occupation: open[index].occupation,
          measure: measure.code, past: open[index].past, ahead: open[index].ahead,
          structural: open[index].structural, arriving: open[index].arriving, need: needs[place],
          prepared: open[index].prepared, classes: room.classes(seats[place]), graduates: graduates,
          left: needs[place] - graduates,
          end: night + measure.leadTimeMonths, capacityLeft: left,
          reason: open[index].region.isEmpty ? .pooled : .opened))
      open[index].prepared += graduates
    }
    return out
  }

  private func refusal(_ need: Int, _ room: ClassSeats) -> ClassProposal.Reason {
    if need == 0 { return .covered }
    return want(need) < room.smallest ? .tooFew : .exhausted
  }

  /// The needs of regions without classes of their own by occupation, as needs of the whole city.
  private func pools(_ open: [Open], _ measure: Measure) -> [Open] {
    let single = open.filter { $0.isSingle && $0.need > 0 && measure.groups.contains($0.group) }
    return Dictionary(grouping: single, by: \.occupation).compactMap { occupation, members -> Open? in
      guard members.count > 1, let group = members.first?.group else { return nil }
      func sum(_ part: (Open) -> Int) -> Int { members.reduce(0) { $0 + part($1) } }
      return Open(
        region: "", regions: members.map(\.region), occupation: occupation, group: group, past: sum(\.past),
        ahead: sum(\.ahead), structural: sum(\.structural), arriving: sum { min($0.arriving, $0.structural) })
    }.sorted(by: Self.precedes)
  }

  private func unmet(_ gap: Open) -> ClassProposal {
    ClassProposal(
      region: gap.region, regions: gap.regions, occupation: gap.occupation, measure: nil, past: gap.past,
      ahead: gap.ahead, structural: gap.structural, arriving: gap.arriving, need: gap.need, prepared: 0,
      classes: [],
      graduates: 0, left: gap.reason == .joined ? 0 : gap.need, end: nil, capacityLeft: nil, reason: gap.reason)
  }
}
