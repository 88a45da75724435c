import LabourMarket

/// The days on which officers are left alone, unless it is grave.
public struct QuietDays: Hashable, Sendable {
  /// Whether Saturdays and Sundays are quiet, those of ``workdays`` excepted.
  public var weekends: Bool
  /// Statutory holidays.
  public var holidays: Set<CalendarDay>
  /// Days at weekends on which people work (调休).
  public var workdays: Set<CalendarDay>
  /// From this level on a new or raised alert is told on quiet days too; `nil`: none is.
  public var except: AlertLevel?

  /// Quiet days from their parts; the default knows none.
  public init(
    weekends: Bool = false, holidays: Set<CalendarDay> = [], workdays: Set<CalendarDay> = [], except: AlertLevel? = .red
  ) {
    self.weekends = weekends
    self.holidays = holidays
    self.workdays = workdays
    self.except = except
  }

  /// Whether a day is quiet. - Complexity: O(1).
  public func contains(_ day: CalendarDay) -> Bool {
    if holidays.contains(day) { return true }
    if workdays.contains(day) { return false }
    return weekends && day.weekday >= 6
  }
}

/// How an alert differs from what a team was told last.
public enum NoticeChange: String, CaseIterable, Sendable {
  /// It was not told before.
  case opened
  /// It is graver than told.
  case raised
  /// It is less grave than told.
  case lowered
  /// It is over, or below the level that the team wants to hear of.
  case closed

  /// The change from one level to another, `none` standing for no alert; `nil` where there is no change.
  public init?(from before: AlertLevel, to now: AlertLevel) {
    switch (before, now) {
    case (let before, let now) where before == now: return nil
    case (.none, _): self = .opened
    case (_, .none): self = .closed
    default: self = now > before ? .raised : .lowered
    }
  }

  /// Whether it asks for something.
  public var isGraver: Bool { self == .opened || self == .raised }
}

/// Why a message goes out, or does not. There is one decision a team, channel and night.
public enum NoticeDecision: Hashable, Sendable {
  /// It goes out, because alerts changed since the last message.
  case changed
  /// It goes out, because alerts still stand and the last message is so many days old.
  case reminder(days: Int)
  /// The day is quiet: the changes wait for the next day that is not.
  case quiet
  /// Nothing is new since the last message.
  case nothingNew
  /// Nothing stands, and nothing was told before.
  case nothing

  /// Whether a message goes out.
  public var sends: Bool {
    switch self {
    case .changed, .reminder: true
    case .quiet, .nothingNew, .nothing: false
    }
  }

  /// The reason in words for an operator.
  public var reason: String {
    switch self {
    case .changed: "alerts changed since the last message"
    case .reminder(let days): "alerts still stand, \(days) days after the last message"
    case .quiet: "a quiet day: what changed waits for the next working day"
    case .nothingNew: "nothing new since the last message"
    case .nothing: "no alert, and none was told before"
    }
  }
}

/// When a team hears of its alerts: one message a night at most, about what changed since the last one, and a reminder of what stands.
public struct NoticeRules: Hashable, Sendable {
  /// The least level that is told.
  public var leastLevel: AlertLevel
  /// Days after which alerts that stand unchanged are told again; 0: never.
  public var repeatDays: Int
  /// The days on which only grave changes are told.
  public var quiet: QuietDays

  /// Rules from their parts.
  public init(leastLevel: AlertLevel = .blue, repeatDays: Int = 7, quiet: QuietDays = QuietDays()) {
    self.leastLevel = leastLevel
    self.repeatDays = repeatDays
    self.quiet = quiet
  }

  /// What was told last: the day, and the level of each alert by its fingerprint.
  public struct Told: Hashable, Sendable {
    /// The night of the message.
    public var night: CalendarDay
    /// The levels that it told.
    public var levels: [String: AlertLevel]

    /// From its parts.
    public init(night: CalendarDay, levels: [String: AlertLevel]) {
      self.night = night
      self.levels = levels
    }
  }

  /// What a night's message would say, and whether it goes out.
  public struct Notice: Hashable, Sendable {
    /// Whether and why.
    public var decision: NoticeDecision
    /// The alerts that are told with their levels: what the next night compares with.
    public var levels: [String: AlertLevel]
    /// The differences by fingerprint.
    public var changes: [String: NoticeChange]
  }

  /// Decides about a night.
  ///
  /// On a quiet day only alerts that opened or rose to ``QuietDays/except`` or above are told, and only they count as told: the rest is
  /// compared again on the next day, so that nothing is lost. Alerts in `hushed` (silenced ones) are neither told nor reported as closed; what
  /// was told of them stands.
  /// - Parameters:
  ///   - standing: level of every live alert of the team that no graver one covers, by fingerprint.
  ///   - hushed: fingerprints about which an officer asked for quiet.
  ///   - told: the last message; `nil` where there was none.
  /// - Complexity: O(alerts).
  public func notice(
    standing: [String: AlertLevel], hushed: Set<String>, told: Told?, night: CalendarDay
  ) -> Notice {
    let before = told?.levels ?? [:]
    var levels = standing.filter { $0.value >= leastLevel && !hushed.contains($0.key) }
    var changes: [String: NoticeChange] = [:]
    for (fingerprint, level) in levels {
      changes[fingerprint] = NoticeChange(from: before[fingerprint] ?? .none, to: level)
    }
    for (fingerprint, level) in before where levels[fingerprint] == nil {
      if hushed.contains(fingerprint) { levels[fingerprint] = level } else { changes[fingerprint] = .closed }
    }
    if quiet.contains(night) { return quietNotice(levels, changes, before) }
    if !changes.isEmpty { return Notice(decision: .changed, levels: levels, changes: changes) }
    let isTold = levels.keys.contains { !hushed.contains($0) }
    if let told, isTold, repeatDays > 0, night - told.night >= repeatDays {
      return Notice(decision: .reminder(days: night - told.night), levels: levels, changes: [:])
    }
    return Notice(decision: levels.isEmpty ? .nothing : .nothingNew, levels: levels, changes: [:])
  }

  private func quietNotice(
    _ levels: [String: AlertLevel], _ changes: [String: NoticeChange], _ before: [String: AlertLevel]
  ) -> Notice {
    let grave = changes.filter { fingerprint, change in
      change.isGraver && quiet.except.map { (levels[fingerprint] ?? .none) >= $0 } ?? false
    }
    guard !grave.isEmpty else {
      return Notice(decision: changes.isEmpty ? .nothingNew : .quiet, levels: before, changes: [:])
    }
    let told = before.merging(levels.filter { grave[$0.key] != nil }) { $1 }
    return Notice(decision: .changed, levels: told, changes: grave)
  }
}
