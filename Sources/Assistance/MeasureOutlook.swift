import LabourMarket

/// A case that an officer closed: what was short when it was opened, and what came of it.
public struct ClosedCase: Hashable, Sendable {
  /// The measure that helped most; `nil` where the officer named none.
  public var measure: String?
  /// Persons hired.
  public var hired: Double
  /// Persons short when the case was opened; `nil` where it is not known any more.
  public var gap: Double?

  /// A case from its parts.
  public init(measure: String?, hired: Double, gap: Double?) {
    self.measure = measure
    self.hired = hired
    self.gap = gap
  }
}

/// What was learned of measures: which have helped, and how much of a gap is closed where somebody works on it.
///
/// Shares are the posterior mean of a Dirichlet prior over the measures (Gelman et al., *Bayesian Data Analysis*, 3rd
/// ed., section 3.4): with prior shares w, a prior weight of α persons and n persons hired by each measure, as closed
/// cases tell, share = (α·w + n) / (α + Σn). A kind's prior share is the national split (64 % recruiting, 27 %
/// bringing back, 8 % sharing), shared evenly among its measures.
///
/// The feed of outcomes tells of some measures only. It says how these compare, and nothing about the others: it
/// moves the shares among the measures reported and leaves their sum as it is. That is exact for a Dirichlet
/// distribution, whose parts are independent of their sum (aggregation and subcompositional independence; Aitchison
/// 1986, section 3.3).
///
/// The share of a gap that is closed is the posterior mean of a beta prior with the same weight: (α·c + Σhired) / (α
/// + Σgap).
public struct MeasureOutlook: Hashable, Sendable {
  /// What is known of one measure.
  public struct State: Hashable, Sendable {
    /// Its kind.
    public var kind: MeasureKind
    /// Its share in what has helped: before anything was learned, and now.
    public var prior: Double, share: Double
    /// Persons hired by it as closed cases tell, and as the feed of outcomes tells; fewer than five are not used, and
    /// are 0 here.
    public var cases: Double, reported: Double
    /// What is left of it this year.
    public var capacity: MeasureCapacity

    /// A state from its parts.
    public init(
      kind: MeasureKind, prior: Double, share: Double, cases: Double, reported: Double, capacity: MeasureCapacity
    ) {
      self.kind = kind
      self.prior = prior
      self.share = share
      self.cases = cases
      self.reported = reported
      self.capacity = capacity
    }
  }

  /// By the measure's code.
  public private(set) var states: [String: State]
  /// The share of a gap that is closed where somebody works on it, 0…1.
  public private(set) var closure: Double
  private var kinds: [MeasureKind: Double] = [:]

  /// What the cases and the feed teach.
  /// - Parameters:
  ///   - cases: cases closed within the window of evidence.
  ///   - reported: persons brought to work within the window by measure, as the feed of outcomes tells.
  ///   - capacities: by measure; one that is missing has no limit.
  /// - Complexity: O(levers + cases).
  public init(
    rules: MeasureRules, levers: [Lever], cases: [ClosedCase] = [], reported: [String: Double] = [:],
    capacities: [String: MeasureCapacity] = [:]
  ) {
    func kind(_ lever: Lever) -> MeasureKind { rules.kinds[lever.code] ?? .training }
    let members = levers.reduce(into: [MeasureKind: Int]()) { $0[kind($1), default: 0] += 1 }
    let mass = members.keys.reduce(0) { $0 + max(0, rules.weights[$1] ?? 0) }
    // An officer's number stands beside a name; fewer than five persons are never told, nor what they would change.
    func told(_ persons: Double) -> Double { persons.rounded() >= 5 ? persons : 0 }
    let hired = cases.reduce(into: [String: Double]()) { sums, item in
      if let measure = item.measure { sums[measure, default: 0] += max(0, item.hired) }
    }
    states = [:]
    for lever in levers {
      let kind = kind(lever)
      let prior = mass > 0 ? max(0, rules.weights[kind] ?? 0) / mass / Double(members[kind] ?? 1) : 0
      states[lever.code] = State(
        kind: kind, prior: prior, share: prior, cases: told(hired[lever.code] ?? 0),
        reported: told(reported[lever.code] ?? 0),
        capacity: capacities[lever.code] ?? MeasureCapacity(unit: nil, year: nil, used: 0))
    }
    closure = Self.closure(cases, rules)
    learn(levers.map(\.code), reported: Set(reported.keys), weight: rules.priorWeight)
    for lever in levers { kinds[kind(lever), default: 0] += states[lever.code]?.share ?? 0 }
  }

  private static func closure(_ cases: [ClosedCase], _ rules: MeasureRules) -> Double {
    let known = cases.compactMap { item in item.gap.flatMap { $0 > 0 ? (min(item.hired, $0), $0) : nil } }
    let gap = known.reduce(0) { $0 + $1.1 }
    let weight = rules.priorWeight + gap
    return weight > 0 ? (rules.priorWeight * rules.closure + known.reduce(0) { $0 + $1.0 }) / weight : rules.closure
  }

  private mutating func learn(_ codes: [String], reported: Set<String>, weight: Double) {
    let parameters = codes.map { weight * (states[$0]?.prior ?? 0) + (states[$0]?.cases ?? 0) }
    let total = parameters.reduce(0, +)
    guard total > 0 else { return }
    let subset = codes.indices.filter { reported.contains(codes[$0]) }
    let mass = subset.reduce(0) { $0 + parameters[$1] }
    let seen = subset.reduce(0) { $0 + (states[codes[$1]]?.reported ?? 0) }
    for (index, code) in codes.enumerated() {
      guard reported.contains(code), mass + seen > 0 else {
        states[code]?.share = parameters[index] / total
        continue
      }
      let within = (parameters[index] + (states[code]?.reported ?? 0)) / (mass + seen)
      states[code]?.share = mass / total * within
    }
  }

  /// The share of all measures of a kind.
  public func share(of kind: MeasureKind) -> Double { kinds[kind] ?? 0 }

  /// Whether nothing is left of a measure this year.
  public func isExhausted(_ lever: String) -> Bool { (states[lever]?.capacity.left).map { $0 < 1 } ?? false }

  /// How many of a gap a measure can be expected to fill: gap × closure × its share among the measures that fit, at
  /// most what is left of it.
  /// - Parameters:
  ///   - gap: persons short when it starts to work.
  ///   - fitting: the codes of all measures that fit the gap.
  public func effect(_ lever: String, gap: Double, fitting: [String]) -> Double {
    guard let state = states[lever] else { return 0 }
    let sum = fitting.reduce(0) { $0 + (states[$1]?.share ?? 0) }
    let persons = sum > 0 ? max(0, gap) * closure * state.share / sum : 0
    return state.capacity.countsPersons ? min(persons, state.capacity.left ?? persons) : persons
  }
}
