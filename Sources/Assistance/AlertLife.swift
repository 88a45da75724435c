import LabourMarket

/// Where an alert stands with the officers.
public enum AlertStatus: String, CaseIterable, Sendable, Codable {
  /// Nobody has taken it yet.
  case open
  /// An officer has taken it.
  case claimed
  /// Measures run.
  case acting
  /// Closed by an officer, with an outcome.
  case resolved
  /// Closed by the calm of the data.
  case lapsed

  /// Whether it still asks for something.
  public var isLive: Bool { self == .open || self == .claimed || self == .acting }
}

/// What happened to an alert.
public enum AlertEventKind: String, CaseIterable, Sendable, Codable {
  case opened, raised, lowered, claimed, acting, resolved, lapsed, silenced, noted
}

/// An alert as it is kept from night to night, without its events.
public struct AlertState: Hashable, Sendable {
  /// The night on which it opened.
  public var openedOn: CalendarDay
  /// Its level, never `none`.
  public var level: AlertLevel
  /// Where it stands.
  public var status: AlertStatus
  /// Nights in a row on which a lower level would have done.
  public var calmPeriods: Int
  /// The highest level seen on those nights.
  public var calmLevel: AlertLevel
  /// The night of the newest evaluation.
  public var evaluatedFor: CalendarDay
  /// The night or day on which it was resolved or lapsed.
  public var closedOn: CalendarDay?

  /// A state from its parts.
  public init(
    openedOn: CalendarDay, level: AlertLevel, status: AlertStatus, calmPeriods: Int = 0, calmLevel: AlertLevel = .none,
    evaluatedFor: CalendarDay, closedOn: CalendarDay? = nil
  ) {
    self.openedOn = openedOn
    self.level = level
    self.status = status
    self.calmPeriods = calmPeriods
    self.calmLevel = calmLevel
    self.evaluatedFor = evaluatedFor
    self.closedOn = closedOn
  }
}

/// What a night does to an alert: its new state, and the event that tells of the change, if there is one.
public struct AlertStep: Hashable, Sendable {
  /// The state after the night; `nil` where there is no alert.
  public var state: AlertState?
  /// The change, if there is one.
  public var event: AlertEventKind?
  /// The level before the change; `none` where there was no alert.
  public var from: AlertLevel

  /// A step from its parts.
  public init(state: AlertState?, event: AlertEventKind? = nil, from: AlertLevel = .none) {
    self.state = state
    self.event = event
    self.from = from
  }
}

/// How alerts live: raised at once, lowered only after calm nights.
public struct AlertLife: Hashable, Sendable {
  /// Nights in a row on which a lower level would do, before the level goes down.
  public var calmNights: Int
  /// Days after an officer's “resolved” in which the same level does not open a new alert; a graver one does.
  public var reopenAfterDays: Int

  /// A life from its settings.
  public init(calmNights: Int = 2, reopenAfterDays: Int = 14) {
    self.calmNights = calmNights
    self.reopenAfterDays = reopenAfterDays
  }

  /// One night of one alert.
  ///
  /// - A graver level counts at once.
  /// - A lower one counts after ``calmNights`` nights in a row; then the alert goes to the highest level seen on those nights. Where that
  ///   is none, an alert that is open or claimed lapses, and one on which measures run stays until its officer writes the outcome.
  /// - A second evaluation of the same night may raise and may end the calm, but never counts as another calm night. A night before the
  ///   newest evaluated one changes nothing.
  /// - Parameters:
  ///   - previous: the newest alert of the node, closed ones too; `nil` where there never was one.
  ///   - observed: what the night's evidence asks for.
  ///   - night: the night.
  /// - Complexity: O(1).
  public func step(_ previous: AlertState?, observed: AlertLevel, night: CalendarDay) -> AlertStep {
    guard var state = previous else { return opening(observed, night) }
    guard night >= state.evaluatedFor else { return AlertStep(state: previous, from: state.level) }
    guard state.status.isLive else { return reopening(state, observed, night) }
    let from = state.level
    let isRepeat = night == state.evaluatedFor
    state.evaluatedFor = night
    if observed >= state.level {
      state.calmPeriods = 0
      state.calmLevel = .none
      state.level = observed
      return AlertStep(state: state, event: observed > from ? .raised : nil, from: from)
    }
    state.calmLevel = state.calmPeriods == 0 ? observed : max(state.calmLevel, observed)
    if !isRepeat { state.calmPeriods += 1 }
    guard !isRepeat, state.calmPeriods >= calmNights else { return AlertStep(state: state, from: from) }
    return lowered(state, from, night)
  }

  private func lowered(_ calm: AlertState, _ from: AlertLevel, _ night: CalendarDay) -> AlertStep {
    var state = calm
    if state.calmLevel == .none && state.status != .acting {
      state.status = .lapsed
      state.closedOn = night
      return AlertStep(state: state, event: .lapsed, from: from)
    }
    let level = max(state.calmLevel, .blue)
    state.level = level
    state.calmPeriods = 0
    state.calmLevel = .none
    return AlertStep(state: state, event: level < from ? .lowered : nil, from: from)
  }

  private func opening(_ observed: AlertLevel, _ night: CalendarDay) -> AlertStep {
    guard observed > .none else { return AlertStep(state: nil) }
    return AlertStep(
      state: AlertState(openedOn: night, level: observed, status: .open, evaluatedFor: night), event: .opened)
  }

  private func reopening(_ closed: AlertState, _ observed: AlertLevel, _ night: CalendarDay) -> AlertStep {
    let isQuiet =
      closed.status == .resolved && observed <= closed.level
      && night - (closed.closedOn ?? closed.evaluatedFor) < reopenAfterDays
    // One alert a node and day: an alert that closed on the day it opened comes back on the next one.
    guard observed > .none, !isQuiet, night > closed.openedOn else {
      return AlertStep(state: closed, from: closed.level)
    }
    return opening(observed, night)
  }
}

/// What an officer may do with an alert from where it stands.
public enum OfficerAction: String, CaseIterable, Sendable {
  case claim, act, resolve

  /// The status it leads to, or `nil` where it is not allowed from a status.
  public func applied(to status: AlertStatus) -> AlertStatus? {
    switch (self, status) {
    case (.claim, .open), (.claim, .claimed): .claimed
    case (.act, .open), (.act, .claimed), (.act, .acting): .acting
    case (.resolve, .open), (.resolve, .claimed), (.resolve, .acting): .resolved
    default: nil
    }
  }
}
