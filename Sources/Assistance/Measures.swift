import LabourMarket

/// What a measure does, as far as choosing needs to know.
public enum MeasureKind: String, CaseIterable, Sendable {
  /// Brings employers and job-seekers together (fairs, online recruitment, campus recruitment).
  case recruiting
  /// Brings workers back home, or from elsewhere.
  case returning
  /// Lends workers from firms that have too many to firms that have too few.
  case sharing
  /// Prepares people: training, certification, apprenticeship, classes. For gaps that last.
  case training
}

/// How measures are chosen.
public struct MeasureRules: Hashable, Sendable {
  /// Kind of each measure by its code in `levers.csv`; a measure without a kind counts as training.
  public var kinds: [String: MeasureKind]
  /// Prior share of a kind in what has helped. National practice: 64 % help with recruiting, 27 % bringing back, 8 %
  /// sharing.
  public var weights: [MeasureKind: Double]
  /// How many measures a row names at most.
  public var most: Int
  /// A gap is structural when the forecast of the last month is at least this share of the gap now.
  public var structuralShare: Double
  /// How many persons of evidence the prior shares are worth.
  public var priorWeight: Double
  /// Prior share of a gap that is closed where somebody works on it. Official figures of planned hires that came
  /// true: 53–67 %, 88 %.
  public var closure: Double

  /// Rules from their parts.
  public init(
    kinds: [String: MeasureKind], weights: [MeasureKind: Double], most: Int, structuralShare: Double,
    priorWeight: Double = 300, closure: Double = 0.6
  ) {
    self.kinds = kinds
    self.weights = weights
    self.most = most
    self.structuralShare = structuralShare
    self.priorWeight = priorWeight
    self.closure = closure
  }

  /// The kinds of the 2021 plan's measures and the national weights.
  public static let standard = MeasureRules(
    kinds: [
      "job-fair": .recruiting, "cloud-recruitment": .recruiting, "talent-campus": .recruiting,
      "internship": .recruiting, "student-placement": .recruiting, "out-of-province": .returning,
      "returnees": .returning, "labour-sharing": .sharing,
    ],
    weights: [.recruiting: 0.64, .returning: 0.27, .sharing: 0.08, .training: 0.01], most: 3, structuralShare: 0.8)
}

/// A shortage for which measures are sought.
public struct Need: Hashable, Sendable {
  /// The occupation's group; `nil` where the occupation is not told.
  public var group: OfficerGroup?
  /// Persons short now.
  public var openings: Double
  /// Forecast P50 by month ahead, persons; the first is the next month.
  public var forecast: [Double]
  /// Surplus persons of enterprises in the same region that could be lent; `nil` where the need has no region.
  public var surplusHere: Double?
  /// Surplus persons in the whole city.
  public var surplusCity: Double

  /// A need from its parts.
  public init(group: OfficerGroup?, openings: Double, forecast: [Double], surplusHere: Double?, surplusCity: Double) {
    self.group = group
    self.openings = openings
    self.forecast = forecast
    self.surplusHere = surplusHere
    self.surplusCity = surplusCity
  }

  /// Persons short so many months ahead; the last month forecast stands for those after it.
  func gap(after months: Int) -> Double {
    forecast.indices.contains(months - 1) ? forecast[months - 1] : forecast.last ?? openings
  }
}

/// A measure for a row, with why it is there.
public struct MeasureAdvice: Hashable, Sendable {
  /// Why a measure is proposed.
  public enum Reason: String, Sendable {
    /// It works within the month.
    case now
    /// It works in time for the months ahead.
    case ahead
    /// Enterprises of the same region have people to lend.
    case surplusHere = "surplus_here"
    /// Enterprises of other regions have people to lend.
    case surplusElsewhere = "surplus_elsewhere"
    /// Enterprises of the city have people to lend; the need has no region.
    case surplusAnywhere = "surplus_anywhere"
    /// The gap lasts: people must be prepared now.
    case structural
  }

  /// The measure's code in `levers.csv`.
  public var lever: String
  /// Why it is proposed.
  public var reason: Reason
  /// Persons that the reason speaks of (a surplus, at most the need's), else `nil`.
  public var persons: Double?
  /// Persons short when it starts to work.
  public var gap: Double
  /// Persons that it can be expected to bring (see ``MeasureOutlook/effect(_:gap:fitting:)``).
  public var effect: Double
  /// What is left of it this year, and in which unit; `nil` where there is no limit.
  public var left: Double?, unit: MeasureCapacity.Unit?

  /// Advice from its parts.
  public init(
    lever: String, reason: Reason, persons: Double? = nil, gap: Double = 0, effect: Double = 0, left: Double? = nil,
    unit: MeasureCapacity.Unit? = nil
  ) {
    self.lever = lever
    self.reason = reason
    self.persons = persons
    self.gap = gap
    self.effect = effect
    self.left = left
    self.unit = unit
  }
}

extension MeasureRules {
  /// The measures that fit a shortage, the most useful first.
  ///
  /// A measure fits when it suits the occupation's group, something is left of it this year, and it starts to work
  /// while the shortage is still forecast. Sharing needs a surplus; training and classes need a structural gap. Those
  /// that fit are ranked by the share of their kind in what has helped, and within a kind by lead time; a structural
  /// gap moves preparing people to the second place, so that it is begun now.
  /// - Complexity: O(levers log levers).
  public func advice(_ need: Need, levers: [Lever], outlook: MeasureOutlook) -> [MeasureAdvice] {
    let now = max(need.openings, need.forecast.first ?? 0)
    guard now >= 0.5 || need.forecast.contains(where: { $0 >= 0.5 }) else { return [] }
    let isStructural = now >= 0.5 && (need.forecast.last ?? 0) >= structuralShare * now && need.forecast.count >= 3
    var scored: [(advice: MeasureAdvice, score: Double, lead: Int, order: Int)] = []
    for (order, lever) in levers.enumerated() where !outlook.isExhausted(lever.code) {
      if let group = need.group, !lever.groups.contains(group) { continue }
      let kind = kinds[lever.code] ?? .training
      guard var advice = fit(lever, kind, need, isStructural) else { continue }
      advice.gap = lever.leadTimeMonths == 0 ? now : need.gap(after: lever.leadTimeMonths)
      scored.append((advice, outlook.share(of: kind), lever.leadTimeMonths, order))
    }
    let fitting = scored.map(\.advice.lever)
    for index in scored.indices {
      let advice = scored[index].advice
      let capacity = outlook.states[advice.lever]?.capacity
      let effect = outlook.effect(advice.lever, gap: advice.gap, fitting: fitting)
      scored[index].advice.effect = min(effect, advice.persons ?? effect)
      scored[index].advice.left = capacity?.left
      scored[index].advice.unit = capacity?.unit
    }
    scored.sort { a, b in
      if a.score != b.score { return a.score > b.score }
      return a.lead == b.lead ? a.order < b.order : a.lead < b.lead
    }
    return Array(mixed(scored.map(\.advice)).prefix(most))
  }

  private func fit(_ lever: Lever, _ kind: MeasureKind, _ need: Need, _ isStructural: Bool) -> MeasureAdvice? {
    switch kind {
    case .sharing:
      return sharing(lever, need)
    case .training:
      return isStructural ? MeasureAdvice(lever: lever.code, reason: .structural) : nil
    case .recruiting, .returning:
      if lever.leadTimeMonths == 0 { return MeasureAdvice(lever: lever.code, reason: .now) }
      // It starts to work at the end of month `lead`: the shortage must still be there.
      guard lever.leadTimeMonths <= need.forecast.count, need.forecast[lever.leadTimeMonths - 1] >= 0.5 else {
        return nil
      }
      return MeasureAdvice(lever: lever.code, reason: .ahead)
    }
  }

  /// Sharing from the region where it has five persons to lend, else from elsewhere; fewer are not told.
  private func sharing(_ lever: Lever, _ need: Need) -> MeasureAdvice? {
    let wanted = max(need.openings, need.forecast.max() ?? 0)
    func advice(_ reason: MeasureAdvice.Reason, _ persons: Double) -> MeasureAdvice? {
      let lent = min(persons, wanted.rounded())
      return lent >= 5 ? MeasureAdvice(lever: lever.code, reason: reason, persons: lent) : nil
    }
    guard let here = need.surplusHere else { return advice(.surplusAnywhere, need.surplusCity) }
    return advice(.surplusHere, here) ?? advice(.surplusElsewhere, need.surplusCity - here)
  }

  /// One measure of each reason before a second of the same: an officer should have different things to offer.
  private func mixed(_ ranked: [MeasureAdvice]) -> [MeasureAdvice] {
    var first: [MeasureAdvice] = []
    var rest: [MeasureAdvice] = []
    for advice in ranked {
      if first.contains(where: { $0.reason == advice.reason }) { rest.append(advice) } else { first.append(advice) }
    }
    if let at = first.firstIndex(where: { $0.reason == .structural }), at > 1 {
      first.insert(first.remove(at: at), at: 1)
    }
    return first + rest
  }
}
