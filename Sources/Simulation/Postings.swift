import LabourMarket

/// A posting: openings of one occupation in one enterprise, and every state that its source has reported.
struct Posting {
  let number: Int
  let staffGroup: Int
  let headcount: Int
  let salary: (low: Int, high: Int)
  let postedOn: CalendarDay
  var closesOn: CalendarDay
  var filled = 0
  var state = State.open
  /// The states as reported, in the order of their time stamps.
  private(set) var versions: [Version] = []

  /// Where a posting stands.
  enum State {
    case open
    case filled
    /// Expired, or withdrawn by the enterprise.
    case lapsed
  }

  /// A state as the source reports it from a moment on.
  struct Version {
    let at: LocalTimestamp
    let filled: Int
    let closesOn: CalendarDay
    let status: String
  }

  init(
    number: Int, staffGroup: Int, headcount: Int, salary: (low: Int, high: Int), on day: CalendarDay, valid days: Int
  ) {
    self.number = number
    self.staffGroup = staffGroup
    self.headcount = headcount
    self.salary = salary
    postedOn = day
    closesOn = day + days
  }

  /// Persons still sought.
  var remaining: Int { state == .open ? headcount - filled : 0 }

  /// Notes that the source reports the present state; never before what it reported last.
  mutating func report(_ status: String, at moment: LocalTimestamp) {
    let earliest = versions.last.map { LocalTimestamp(seconds: $0.at.seconds + 61) } ?? moment
    versions.append(Version(at: max(moment, earliest), filled: filled, closesOn: closesOn, status: status))
  }
}

/// A moment of a working day.
func officeHour(_ day: CalendarDay, _ dice: inout Dice) -> LocalTimestamp {
  LocalTimestamp(day: day, second: dice.whole(8 * 3600, 18 * 3600 - 1))
}
