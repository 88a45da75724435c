import LabourMarket

/// Where fairs can be held: a hall on each day of fairs, or the online stage.
public struct FairVenue: Hashable, Sendable {
  /// The name that the profile gave it, or the region's code.
  public var id: String
  /// The regions whose chains it serves; empty for the online stage, which serves chains in the whole city.
  public var regions: [String]
  /// Sessions that it has room for on a day.
  public var sessions: Int

  /// A venue from its parts.
  public init(id: String, regions: [String], sessions: Int) {
    self.id = id
    self.regions = regions
    self.sessions = sessions
  }
}

/// How fairs are planned.
public struct FairRules: Hashable, Sendable {
  /// Sessions that a year must have at least; how many weeks are planned; days of notice that enterprises need:
  /// nearer days stay as they were planned before.
  public var target: Int, weeks: Int, noticeDays: Int
  /// Days back in which sessions count as recent.
  public var recentDays: Int
  /// Share of the value that a week of waiting costs; share that a session online is worth.
  public var waiting: Double, online: Double
  /// What each earlier session of the same chain in the same region costs, as a share of the value of its first; and
  /// what each earlier session of the chain anywhere costs, as a share of the mean of all those values.
  public var repetition: Double, balance: Double
  /// Persons short, now or in the month of the fair, without which there is no session.
  public var leastGap: Double

  /// Rules from their parts.
  public init(
    target: Int = 300, weeks: Int = 8, noticeDays: Int = 7, recentDays: Int = 56, waiting: Double = 0.03,
    online: Double = 0.3, repetition: Double = 0.5, balance: Double = 0.1, leastGap: Double = 5
  ) {
    self.target = target
    self.weeks = weeks
    self.noticeDays = noticeDays
    self.recentDays = recentDays
    self.waiting = waiting
    self.online = online
    self.repetition = repetition
    self.balance = balance
    self.leastGap = leastGap
  }
}

/// A chain in a region, or online a chain in the whole city, that a session can be for.
public struct FairTheme: Hashable, Sendable {
  /// The chain, and the region; empty for the whole city, online.
  public var chain: String, region: String

  /// A theme from its parts.
  public init(chain: String, region: String) {
    self.chain = chain
    self.region = region
  }

  /// Whether its sessions are online.
  public var isOnline: Bool { region.isEmpty }
}

/// What is short in a theme.
public struct FairNeed: Hashable, Sendable {
  /// The theme.
  public var theme: FairTheme
  /// Persons short now.
  public var openings: Double
  /// By month ahead, the first is the next month: P50 of persons short, and the probability that the threshold is
  /// exceeded.
  public var forecast: [Double], exceedance: [Double]

  /// A need from its parts.
  public init(theme: FairTheme, openings: Double, forecast: [Double], exceedance: [Double]) {
    self.theme = theme
    self.openings = openings
    self.forecast = forecast
    self.exceedance = exceedance
  }
}

/// A session of a fair.
public struct FairSession: Hashable, Sendable {
  /// The day, the theme, and the venue's id.
  public var day: CalendarDay, theme: FairTheme, venue: String
  /// Whether it was planned before and is too near to be changed.
  public var isFixed: Bool
  /// Persons short at the end of the fair's month, and the probability that the threshold is exceeded.
  public var expected: Double, exceedance: Double
  /// Points: probability × persons × (1 − waiting × weeks) × share online; what recent sessions of the theme and of
  /// the chain take off.
  public var value: Double, repetition: Double, balance: Double
  /// Which session of its theme it is, recent ones counted, from 1.
  public var turn: Int

  /// A session from its parts.
  public init(
    day: CalendarDay, theme: FairTheme, venue: String, isFixed: Bool = false, expected: Double = 0,
    exceedance: Double = 0, value: Double = 0, repetition: Double = 0, balance: Double = 0, turn: Int = 1
  ) {
    self.day = day
    self.theme = theme
    self.venue = venue
    self.isFixed = isFixed
    self.expected = expected
    self.exceedance = exceedance
    self.value = value
    self.repetition = repetition
    self.balance = balance
    self.turn = turn
  }

  /// Points left.
  public var score: Double { value - repetition - balance }
}

/// Which chain gets which day and venue.
///
/// As many sessions as the days' quotas ask for, as far as venues and needs reach, and among all such plans one with
/// the most points. Venues and quotas are capacities, a theme has at most one session a day, and what recent sessions
/// take off grows with their number: a min-cost flow from chains over themes and days to venues (``FlowNetwork``),
/// whose solution is exact.
public struct FairPlan: Sendable {
  let rules: FairRules
  let venues: [FairVenue]
  let needs: [FairNeed]
  let night: CalendarDay
  let asOf: Month
  /// Sessions of the recent days, those that are fixed among them.
  let recent: [FairSession]
  /// The days that can still be planned, with their quotas.
  let days: [(day: CalendarDay, quota: Int)]
  /// The value of each theme's best day, in the order of the needs.
  private(set) var best: [Double] = []
  /// The mean of ``best``.
  public private(set) var meanValue = 0.0

  /// A problem.
  /// - Parameters:
  ///   - needs: themes with what is short; those below ``FairRules/leastGap`` get no session.
  ///   - recent: sessions already held or fixed that count as recent.
  ///   - days: the days that can still be planned, with their quotas.
  public init(
    rules: FairRules, venues: [FairVenue], needs: [FairNeed], night: CalendarDay, asOf: Month, recent: [FairSession],
    days: [(day: CalendarDay, quota: Int)]
  ) {
    self.rules = rules
    self.venues = venues
    self.needs = needs
    self.night = night
    self.asOf = asOf
    self.recent = recent
    self.days = days
    best = needs.map { need in days.map { value(need, $0.day) }.max() ?? 0 }
    if !best.isEmpty { meanValue = best.reduce(0, +) / Double(best.count) }
  }

  /// Sessions that each of the days to the end of a year must have so that they bring `sessions` together, the
  /// earlier ones not fewer.
  /// - Complexity: O(days).
  public static func quotas(_ sessions: Int, days: Int) -> [Int] {
    guard days > 0, sessions > 0 else { return [Int](repeating: 0, count: days) }
    func due(_ day: Int) -> Int { (day * sessions + days - 1) / days }
    return (0..<days).map { due($0 + 1) - due($0) }
  }

  /// Persons short at the end of the day's month, and the probability that the threshold is exceeded.
  func outlook(_ need: FairNeed, _ day: CalendarDay) -> (persons: Double, exceedance: Double) {
    let index = min(max(day.month - asOf, 1), max(1, need.forecast.count)) - 1
    guard need.forecast.indices.contains(index), need.exceedance.indices.contains(index) else {
      return (need.openings, 0)
    }
    return (need.forecast[index], need.exceedance[index])
  }

  /// Points of a session before anything is taken off.
  func value(_ need: FairNeed, _ day: CalendarDay) -> Double {
    let (persons, exceedance) = outlook(need, day)
    let weeks = Double(max(0, day - night) / 7)
    return persons * exceedance * max(0, 1 - rules.waiting * weeks) * (need.theme.isOnline ? rules.online : 1)
  }

  private func isNeeded(_ need: FairNeed, _ day: CalendarDay) -> Bool {
    max(need.openings, outlook(need, day).persons) >= rules.leastGap
  }

  /// What one earlier session takes off: of each theme, a share of its best day's value; of a chain, a share of the
  /// mean of those.
  var penalties: (themes: [Double], chain: Double) {
    (best.map { rules.repetition * $0 }, rules.balance * meanValue)
  }

  /// The sessions by day, then in the order of the venues.
  /// - Complexity: that of ``FlowNetwork/solve(from:to:)`` with a node for each theme and day.
  public func sessions() -> [FairSession] {
    let off = penalties
    let chains = needs.map(\.theme.chain).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
    let wanted = days.reduce(0) { $0 + $1.quota }
    // Hundredths of a point are as fine as the sheet shows; the shift keeps every cost positive and is the same for
    // all sessions.
    func cents(_ points: Double) -> Int { Int((points * 100).rounded()) }
    let shift = needs.flatMap { need in days.map { cents(value(need, $0.day)) } }.max() ?? 0
    var network = FlowNetwork(nodes: 2)
    let (source, sink) = (0, 1)
    let chainNodes = chains.map { chain in
      let node = network.addNode()
      let before = recent.count { $0.theme.chain == chain }
      for turn in 0..<wanted { network.addArc(source, node, capacity: 1, cost: cents(off.chain) * (before + turn)) }
      return node
    }
    let dayNodes = days.map { day in
      let node = network.addNode()
      network.addArc(node, sink, capacity: day.quota)
      return node
    }
    let stages = days.indices.map { day in
      venues.map { venue in
        let node = network.addNode()
        network.addArc(node, dayNodes[day], capacity: venue.sessions)
        return node
      }
    }
    var places: [(arc: Int, need: Int, day: Int, venue: Int)] = []
    for (index, need) in needs.enumerated() {
      guard let chain = chains.firstIndex(of: need.theme.chain) else { continue }
      let node = network.addNode()
      let before = recent.count { $0.theme == need.theme }
      for turn in days.indices {
        network.addArc(chainNodes[chain], node, capacity: 1, cost: cents(off.themes[index]) * (before + turn))
      }
      for (day, date) in days.map(\.day).enumerated() where isNeeded(need, date) {
        let slot = network.addNode()
        network.addArc(node, slot, capacity: 1, cost: shift - cents(value(need, date)))
        for (venue, place) in venues.enumerated() where serves(place, need.theme) {
          places.append((network.addArc(slot, stages[day][venue], capacity: 1), index, day, venue))
        }
      }
    }
    _ = network.solve(from: source, to: sink)
    let chosen = places.filter { network.flow($0.arc) > 0 }.sorted { ($0.day, $0.venue) < ($1.day, $1.venue) }
    return scored(chosen.map { (needs[$0.need], days[$0.day].day, venues[$0.venue].id) }, off)
  }

  private func serves(_ venue: FairVenue, _ theme: FairTheme) -> Bool {
    theme.isOnline ? venue.regions.isEmpty : venue.regions.contains(theme.region)
  }

  /// The sessions with their points; what is taken off grows from session to session, in the order of the days.
  private func scored(
    _ chosen: [(need: FairNeed, day: CalendarDay, venue: String)], _ off: (themes: [Double], chain: Double)
  ) -> [FairSession] {
    var themes = recent.reduce(into: [FairTheme: Int]()) { $0[$1.theme, default: 0] += 1 }
    var chains = recent.reduce(into: [String: Int]()) { $0[$1.theme.chain, default: 0] += 1 }
    let penalty = Dictionary(zip(needs.map(\.theme), off.themes), uniquingKeysWith: { first, _ in first })
    return chosen.map { need, day, venue in
      let theme = need.theme
      let outlook = outlook(need, day)
      let session = FairSession(
        day: day, theme: theme, venue: venue, expected: outlook.persons, exceedance: outlook.exceedance,
        value: value(need, day), repetition: (penalty[theme] ?? 0) * Double(themes[theme] ?? 0),
        balance: off.chain * Double(chains[theme.chain] ?? 0), turn: (themes[theme] ?? 0) + 1)
      themes[theme, default: 0] += 1
      chains[theme.chain, default: 0] += 1
      return session
    }
  }
}
