/// A link between two codes of enterprises, or between an enterprise and another of its names, as the reference data tell it.
public struct EnterpriseLink: Hashable, Sendable {
  /// What the link says.
  public enum Kind: String, CaseIterable, Sendable {
    /// Another name, or another code, of the same enterprise.
    case alias
    /// The enterprise was renamed: the alias is its former name.
    case renamed
    /// The enterprise was absorbed by another one: from then on they are one employer.
    case merged
    /// The enterprise's code was changed: both codes are the same enterprise.
    case recoded
  }

  /// The code that the link is about.
  public let creditCode: String
  /// What it says.
  public let kind: Kind
  /// The code that stands for it from then on; `nil` where only a name is linked.
  public let successor: String?
  /// Another name; `nil` where only a code is linked.
  public let alias: String?
  /// The first day on which it holds; `nil`: always.
  public let validFrom: CalendarDay?
  /// The day on which the bureau learned of it; `nil`: as soon as it is valid.
  public let knownOn: CalendarDay?
  /// Where the fact stands.
  public let note: String

  /// A link from its reference data.
  public init(
    creditCode: String, kind: Kind, successor: String? = nil, alias: String? = nil, validFrom: CalendarDay? = nil,
    knownOn: CalendarDay? = nil, note: String = ""
  ) {
    self.creditCode = creditCode
    self.kind = kind
    self.successor = successor
    self.alias = alias
    self.validFrom = validFrom
    self.knownOn = knownOn
    self.note = note
  }

  /// The day from which questions see the link: when it holds and is known; `nil`: always.
  public var seenFrom: CalendarDay? {
    guard let validFrom, let knownOn else { return validFrom ?? knownOn }
    return max(validFrom, knownOn)
  }
}

/// Which employer a code stands for as of any day, from the links of the reference data.
///
/// Links are followed from code to successor as far as they are seen on that day. Invariant: a code has at most one successor, and no code
/// is its own successor by any way; so every code leads to exactly one employer.
public struct EmployerLinks: Hashable, Sendable {
  /// What a code stands for over a span of days.
  public struct Span: Hashable, Sendable {
    /// The code.
    public let creditCode: String
    /// First day; `nil`: always.
    public let from: CalendarDay?
    /// First day no more; `nil`: still.
    public let to: CalendarDay?
    /// The code of the same enterprise: recodings and other codes followed, mergers not.
    public let enterprise: String
    /// The code of the employer: mergers followed too.
    public let employer: String
    /// The enterprises into which this one was merged one after the other, the employer last; none where they are one.
    public let absorbers: [Absorber]
  }

  /// An enterprise into which another one was merged, at once or through others between them.
  public struct Absorber: Hashable, Sendable {
    /// Its code: recodings and other codes followed.
    public let enterprise: String
    /// The day from which its reports speak for the absorbed one too: that of the last merger between the two; `nil`: always.
    public let since: CalendarDay?
  }

  /// Why links cannot be followed.
  public struct Fault: Error, Hashable, Sendable {
    /// The position of the link at fault.
    public let position: Int
    /// The column at fault.
    public let column: String
    /// What is wrong.
    public let message: String
  }

  private let next: [String: EnterpriseLink]
  /// All spans of all codes that are not their own employer at some time, by code and day.
  public let spans: [Span]

  /// Nothing is linked.
  public init() {
    next = [:]
    spans = []
  }

  /// Follows links.
  /// - Throws: ``Fault`` for the first link that contradicts itself or another one.
  public init(_ links: [EnterpriseLink]) throws {
    var next: [String: EnterpriseLink] = [:]
    for (position, link) in links.enumerated() {
      func fault(_ column: String, _ message: String) -> Fault {
        Fault(position: position, column: column, message: message)
      }
      guard let successor = link.successor else {
        if link.kind == .merged || link.kind == .recoded {
          throw fault("successor_code", "is empty: an enterprise that was \(link.kind.rawValue) has one.")
        }
        if link.alias == nil { throw fault("alias", "is empty, and so is successor_code: the link links nothing.") }
        continue
      }
      if link.kind == .renamed {
        throw fault(
          "successor_code", "is \(successor): a renamed enterprise keeps its code; write alias, recoded or merged.")
      }
      if successor == link.creditCode { throw fault("successor_code", "is the code itself.") }
      if let other = next[link.creditCode] {
        throw fault("credit_code", "\(link.creditCode) has a successor already: \(other.successor ?? "").")
      }
      next[link.creditCode] = link
      var seen: Set<String> = [link.creditCode]
      var code = link.creditCode
      while let following = next[code]?.successor {
        guard seen.insert(following).inserted else {
          throw fault("successor_code", "\(successor) leads back to \(following): links must not run in a circle.")
        }
        code = following
      }
    }
    self.next = next
    spans = next.keys.sorted().flatMap { Self.spans(of: $0, next) }
  }

  /// The employer of a code as of a day.
  public func employer(of code: String, on day: CalendarDay) -> String {
    next.isEmpty ? code : Self.follow(code, on: day, next).employer
  }

  private static func spans(of code: String, _ next: [String: EnterpriseLink]) -> [Span] {
    // Only the days of the links on the way from the code onwards can change where it leads.
    var days: Set<CalendarDay?> = [nil]
    var at = code
    while let link = next[at], let successor = link.successor {
      days.insert(link.seenFrom)
      at = successor
    }
    let starts = days.sorted { ($0?.ordinal ?? .min) < ($1?.ordinal ?? .min) }
    return starts.enumerated().compactMap { index, from in
      let found = follow(code, on: from ?? CalendarDay(ordinal: .min), next)
      guard found.employer != code else { return nil }
      return Span(
        creditCode: code, from: from, to: index + 1 < starts.count ? starts[index + 1] : nil,
        enterprise: found.enterprise, employer: found.employer, absorbers: found.absorbers)
    }
  }

  private static func follow(
    _ code: String, on day: CalendarDay, _ next: [String: EnterpriseLink]
  ) -> (enterprise: String, employer: String, absorbers: [Absorber]) {
    var enterprise = code
    var employer = code
    var absorbers: [Absorber] = []
    while let link = next[employer], let successor = link.successor, link.seenFrom.map({ $0 <= day }) ?? true {
      employer = successor
      if link.kind == .merged {
        let days = [absorbers.last?.since, link.validFrom].compactMap(\.self)
        absorbers.append(Absorber(enterprise: successor, since: days.max { $0.ordinal < $1.ordinal }))
      } else if let last = absorbers.popLast() {
        absorbers.append(Absorber(enterprise: successor, since: last.since))
      } else {
        enterprise = successor
      }
    }
    return (enterprise, employer, absorbers)
  }
}
