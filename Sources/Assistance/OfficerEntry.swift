import LabourMarket

/// What stands of an alert in the columns that officers fill in: as a list prints it, and as it comes back.
public struct OfficerEntry: Hashable, Sendable {
  /// Where the alert stands; `nil` for an empty cell.
  public var status: AlertStatus?
  /// Who is in charge; empty for nobody.
  public var officer: String
  /// Persons hired, of an alert that is resolved.
  public var hired: Int?
  /// The measure that runs or helped, by its code.
  public var measure: String?
  /// What is done, or what came of it; empty for nothing.
  public var note: String
  /// The last day of quiet.
  public var quietUntil: CalendarDay?

  /// An entry from its parts.
  public init(
    status: AlertStatus? = nil, officer: String = "", hired: Int? = nil, measure: String? = nil, note: String = "",
    quietUntil: CalendarDay? = nil
  ) {
    self.status = status
    self.officer = officer
    self.hired = hired
    self.measure = measure
    self.note = note
    self.quietUntil = quietUntil
  }

  /// The persons hired as lists tell them: fewer than five are not told (contract section 4).
  public var toldHired: String? { hired.map { $0 < 5 ? "<5" : String($0) } }

  /// A check of all parts, 16 hexadecimal digits: FNV-1a (Fowler, Noll, Vo; 64 bits) over what a list tells of them.
  /// - Complexity: O(length).
  public var check: String {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    let parts = [
      status?.rawValue ?? "", officer, toldHired ?? "", measure ?? "", note, quietUntil?.description ?? "",
    ]
    for part in parts {
      for byte in part.utf8 + [0] { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    }
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}

/// The number of an alert on a list: which alert, when it opened, and a check of what the list printed in the officers' columns. By the check a
/// row that comes back tells whether an officer changed it, and whether the alert has changed meanwhile.
public struct AlertTicket: Hashable, Sendable {
  /// The alert's name.
  public let fingerprint: String
  /// The night on which it opened; `nil` where the row had no alert.
  public let openedOn: CalendarDay?
  /// The check of what was printed.
  public let check: String

  /// The number of an alert that a list prints so.
  public init(_ fingerprint: String, openedOn: CalendarDay?, printed: OfficerEntry) {
    self.fingerprint = fingerprint
    self.openedOn = openedOn
    check = printed.check
  }

  /// Reads a number as ``text`` writes it.
  public init?(_ text: String) {
    let halves = text.split(separator: "#", omittingEmptySubsequences: false)
    guard halves.count == 2, halves[1].count == 16, halves[1].allSatisfy(\.isHexDigit) else { return nil }
    let parts = halves[0].split(separator: "@", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2, !parts[0].isEmpty else { return nil }
    openedOn = CalendarDay(parts[1])
    guard openedOn != nil || parts[1] == "-" else { return nil }
    fingerprint = parts[0]
    check = String(halves[1]).lowercased()
  }

  /// `shortage:liquor:321322:6-02@2022-01-05#9f86d081884c7d65`; `-` stands for the night where there was no alert.
  public var text: String { "\(fingerprint)@\(openedOn?.description ?? "-")#\(check)" }

  /// The alert's name in a number that an officer copied from a list, or the text itself.
  public static func fingerprint(of text: String) -> String { AlertTicket(text)?.fingerprint ?? text }
}

/// What officers write into the column of the status.
public enum OfficerWord: Hashable, Sendable {
  /// Where the alert is to stand.
  case status(AlertStatus)
  /// Quiet is asked for; the alert stays where it stands.
  case quiet

  private static let words: [(word: OfficerWord, spellings: [String])] = [
    (.status(.open), ["open", "new", "unclaimed", "待认领", "未认领", "待办", "待处理", "未处理", "待受理", "未受理"]),
    (
      .status(.claimed),
      ["claimed", "claim", "taken", "accepted", "已认领", "认领", "已接", "已接单", "接单", "已受理", "受理", "已领取", "领取"]
    ),
    (
      .status(.acting),
      [
        "acting", "act", "inprogress", "ongoing", "working", "帮办中", "帮办", "办理中", "在办", "正在办理", "处理中", "进行中", "跟进中",
        "落实中", "正在帮办",
      ]
    ),
    (
      .status(.resolved),
      [
        "resolved", "resolve", "done", "closed", "completed", "finished", "已办结", "办结", "已办完", "办完", "已解决", "解决", "已完成",
        "完成", "已结案", "结案", "已结束", "已关闭",
      ]
    ),
    (.status(.lapsed), ["lapsed", "lapse", "已解除", "解除", "自动解除", "已失效", "失效", "已撤销", "撤销"]),
    (.quiet, ["quiet", "silence", "silenced", "snooze", "暂不提醒", "静默", "请求静默", "暂缓", "暂停提醒", "免打扰"]),
  ]

  /// The word that a cell holds, in Chinese or English, whatever its spaces, marks and case; `nil` where it is none of them.
  /// - Complexity: O(length + words).
  public init?(_ text: String) {
    let folded = LooseText.folded(text)
    guard let found = Self.words.first(where: { $0.spellings.contains(folded) }) else { return nil }
    self = found.word
  }
}
