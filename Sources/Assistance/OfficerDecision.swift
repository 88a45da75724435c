import LabourMarket

/// What is so of an alert when a filled-in row about it is read.
public struct AlertStanding: Hashable, Sendable {
  /// The night on which the newest alert of the node opened; `nil` where there never was one.
  public var openedOn: CalendarDay?
  /// Where that alert stands itself, and who has it.
  public var status: AlertStatus?, officer: String?
  /// When it was closed.
  public var closedOn: CalendarDay?
  /// What a list would print of the node now; a cell shows what holds for its chain where it has gone no way of its own.
  public var printed: OfficerEntry
  /// The largest gap, now or forecast, since the alert opened, persons; `nil` where it is not known.
  public var largestGap: Int?

  /// A standing from its parts.
  public init(
    openedOn: CalendarDay?, status: AlertStatus?, officer: String?, closedOn: CalendarDay? = nil,
    printed: OfficerEntry, largestGap: Int? = nil
  ) {
    self.openedOn = openedOn
    self.status = status
    self.officer = officer
    self.closedOn = closedOn
    self.printed = printed
    self.largestGap = largestGap
  }
}

/// What a filled-in row asks for.
public struct OfficerRequest: Hashable, Sendable {
  /// The cells.
  public var entry: OfficerEntry
  /// Whether the status cell asks for quiet.
  public var asksForQuiet: Bool
  /// Whether the cell of persons hired says `<5`, as lists print it.
  public var hidesHired: Bool

  /// A request from its parts.
  public init(_ entry: OfficerEntry, asksForQuiet: Bool = false, hidesHired: Bool = false) {
    self.entry = entry
    self.asksForQuiet = asksForQuiet
    self.hidesHired = hidesHired
  }
}

/// What is done about a filled-in row.
public enum OfficerDecision: Hashable, Sendable {
  /// It stands as the list printed it.
  case untouched
  /// It says what is known already.
  case known
  /// It says what the same officer said before the step that the alert stands at now: it is noted.
  case late
  /// It is taken.
  case take(OfficerChange)
  /// It contradicts what is known: a person must look at it.
  case conflict(OfficerConflict)
}

/// What a row that is taken changes.
public struct OfficerChange: Hashable, Sendable {
  /// The step that the alert takes; `nil` for none.
  public var action: OfficerAction?
  /// The last day of quiet; `nil` where the row does not ask for quiet.
  public var quietUntil: CalendarDay?
  /// Whether the row brings a word and nothing else.
  public var isNote: Bool

  /// A change from its parts.
  public init(action: OfficerAction? = nil, quietUntil: CalendarDay? = nil, isNote: Bool = false) {
    self.action = action
    self.quietUntil = quietUntil
    self.isNote = isNote
  }
}

/// Why a row is not taken.
public enum OfficerConflict: Hashable, Sendable {
  case unknownAlert, noAlert, missingOfficer, lapsesByItself, missingHired, hiddenHired, quietWithoutEnd
  case quietWithoutReason, quietIsOver, quietCannotBeTakenBack
  /// A newer alert of the same node opened.
  case followed(by: CalendarDay)
  /// The alert is over.
  case closed(AlertStatus, on: CalendarDay?, officer: String?)
  /// Somebody else has the alert.
  case taken(by: String)
  /// The step is not allowed from where the alert stands.
  case backwards(from: AlertStatus, to: AlertStatus)
  /// Persons hired, and the alert is not resolved.
  case hiredBeforeTheEnd(AlertStatus)
  /// More persons hired than were ever sought.
  case moreThanTheGap(hired: Int, gap: Int)
}

extension OfficerRequest {
  /// Decides about a row.
  ///
  /// A row counts only where its officer changed it: the number's check tells. Where the alert has not changed since the list was printed, any
  /// step that officers may take is taken, also handing an alert over. Where it has changed, a row of the same officer goes on, and one of
  /// somebody else is a conflict.
  /// - Parameters:
  ///   - ticket: the row's number.
  ///   - standing: what is so now.
  ///   - today: the day of the run's clock.
  /// - Complexity: O(length of the texts).
  public func decision(_ ticket: AlertTicket, _ standing: AlertStanding, today: CalendarDay) -> OfficerDecision {
    guard entry.check != ticket.check || asksForQuiet else { return .untouched }
    guard let openedOn = standing.openedOn, let status = standing.status else {
      return .conflict(ticket.openedOn == nil ? .noAlert : .unknownAlert)
    }
    guard let printedOpening = ticket.openedOn else { return .conflict(.noAlert) }
    if printedOpening != openedOn {
      return .conflict(printedOpening < openedOn ? .followed(by: openedOn) : .unknownAlert)
    }
    if entry.check == standing.printed.check && !asksForQuiet { return .known }
    guard !entry.officer.isEmpty else { return .conflict(.missingOfficer) }
    if entry.status == .lapsed { return .conflict(.lapsesByItself) }
    guard status.isLive else { return closed(standing, status) }
    let hasMoved = ticket.check != standing.printed.check
    if hasMoved, let other = otherOfficer(standing) { return .conflict(.taken(by: other)) }
    let wanted = wanted(standing, status)
    if let conflict = outcomeConflict(wanted, standing) { return .conflict(conflict) }
    if Self.rank(wanted) < Self.rank(status) {
      return hasMoved ? .late : .conflict(.backwards(from: status, to: wanted))
    }
    return change(wanted, standing, status, today)
  }

  /// An alert that is over takes no more steps; a row that says its outcome again says nothing new.
  private func closed(_ standing: AlertStanding, _ status: AlertStatus) -> OfficerDecision {
    if status == .resolved, entry.officer == standing.officer {
      if let rank = entry.status, Self.rank(rank) < Self.rank(.resolved) { return .late }
      if entry.hired == standing.printed.hired, entry.measure == standing.printed.measure { return .known }
    }
    return .conflict(.closed(status, on: standing.closedOn, officer: standing.officer))
  }

  private func otherOfficer(_ standing: AlertStanding) -> String? {
    let isTaken = standing.printed.status == .claimed || standing.printed.status == .acting
    guard isTaken, standing.printed.officer != entry.officer else { return nil }
    return standing.printed.officer
  }

  /// Where the row wants the alert to stand: who writes his name on an alert that nobody has takes it, unless the row asks for quiet.
  private func wanted(_ standing: AlertStanding, _ status: AlertStatus) -> AlertStatus {
    switch entry.status {
    case .claimed?, .acting?, .resolved?: entry.status ?? status
    default:
      status == .open && !asksForQuiet && entry.quietUntil == nil && entry.officer != standing.printed.officer
        ? .claimed : status
    }
  }

  private func outcomeConflict(_ wanted: AlertStatus, _ standing: AlertStanding) -> OfficerConflict? {
    guard wanted == .resolved else { return entry.hired != nil ? .hiredBeforeTheEnd(wanted) : nil }
    if hidesHired { return .hiddenHired }
    guard let hired = entry.hired else { return .missingHired }
    if let gap = standing.largestGap, hired > gap { return .moreThanTheGap(hired: hired, gap: gap) }
    return nil
  }

  private func change(
    _ wanted: AlertStatus, _ standing: AlertStanding, _ status: AlertStatus, _ today: CalendarDay
  ) -> OfficerDecision {
    let printed = standing.printed
    var change = OfficerChange()
    let isSame =
      wanted == status && (entry.officer == standing.officer || status == .open)
      && (entry.measure == printed.measure || status == .open)
    if !isSame {
      change.action = wanted == .claimed ? .claim : wanted == .acting ? .act : .resolve
    }
    if asksForQuiet && entry.quietUntil == nil { return .conflict(.quietWithoutEnd) }
    if let day = entry.quietUntil, day != printed.quietUntil {
      guard day >= today else { return .conflict(.quietIsOver) }
      guard !entry.note.isEmpty else { return .conflict(.quietWithoutReason) }
      change.quietUntil = day
    }
    if entry.quietUntil == nil, printed.quietUntil != nil, change.action == nil, entry.note == printed.note {
      return .conflict(.quietCannotBeTakenBack)
    }
    guard change.action == nil, change.quietUntil == nil else { return .take(change) }
    guard !entry.note.isEmpty, entry.note != printed.note else { return .known }
    change.isNote = true
    return .take(change)
  }

  private static func rank(_ status: AlertStatus) -> Int {
    switch status {
    case .open: 0
    case .claimed: 1
    case .acting: 2
    case .resolved, .lapsed: 3
    }
  }
}
