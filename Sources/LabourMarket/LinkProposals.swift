/// Which enterprises an analyst may have to link: different codes with one folded name, or with one organisation code.
///
/// A proposal is only that: nothing follows from it until it stands in the reference data.
public struct LinkProposals: Sendable {
  /// A name under which a code occurs, and from when to when.
  public struct Seen: Hashable, Sendable {
    /// The code.
    public var creditCode: String
    /// The name; empty where the records give none.
    public var name: String
    /// Days of the first and the last record; `nil` where the records have no clock.
    public var first, last: CalendarDay?

    /// What was seen, from its parts.
    public init(creditCode: String, name: String, first: CalendarDay?, last: CalendarDay?) {
      self.creditCode = creditCode
      self.name = name
      self.first = first
      self.last = last
    }
  }

  private struct Enterprise {
    var names: Set<String> = []
    var spelling = ""
    var first, last: CalendarDay?
  }

  private let reference: Reference
  private var enterprises: [String: Enterprise] = [:]

  /// Proposals from what was seen and what is linked already.
  public init(links reference: Reference, seen: [Seen]) {
    self.reference = reference
    for row in seen {
      var enterprise = enterprises[row.creditCode] ?? Enterprise()
      if !row.name.isEmpty {
        enterprise.names.insert(LooseText.enterprise(row.name))
        enterprise.spelling = row.name
      }
      enterprise.first = [enterprise.first, row.first].compactMap(\.self).min()
      enterprise.last = [enterprise.last, row.last].compactMap(\.self).max()
      enterprises[row.creditCode] = enterprise
    }
    for link in reference.enterpriseLinks {
      if let alias = link.alias { enterprises[link.creditCode]?.names.insert(LooseText.enterprise(alias)) }
    }
  }

  /// The proposals, by code. Where one code's records end before the other's begin, the first was probably recoded on the day of the second's first
  /// record; otherwise the one that was seen last stands for both.
  public func list() -> [EnterpriseLink] {
    var groups: [String: (reason: String, codes: Set<String>)] = [:]
    for (code, enterprise) in enterprises {
      for name in enterprise.names where !name.isEmpty {
        groups["name \(name)", default: ("same name: \(enterprise.spelling)", [])].codes.insert(code)
      }
      if let registration = Self.registration(code) {
        groups["registration \(registration)", default: ("same organisation code: \(registration)", [])].codes.insert(
          code)
      }
    }
    var proposed: [String: EnterpriseLink] = [:]
    for key in groups.keys.sorted() {
      guard let group = groups[key], group.codes.count > 1 else { continue }
      let codes = group.codes.sorted { order($0) < order($1) }
      guard let successor = codes.last else { continue }
      for code in codes.dropLast() where proposed[code] == nil && !isLinked(code, successor) {
        proposed[code] = link(code, successor, group.reason)
      }
    }
    return proposed.keys.sorted().compactMap { proposed[$0] }
  }

  private func link(_ code: String, _ successor: String, _ reason: String) -> EnterpriseLink {
    let last = enterprises[code]?.last
    let first = enterprises[successor]?.first
    guard let last, let first, last < first else {
      return EnterpriseLink(creditCode: code, kind: .alias, successor: successor, note: reason)
    }
    return EnterpriseLink(
      creditCode: code, kind: .recoded, successor: successor, validFrom: first, note: "\(reason); last record \(last)")
  }

  private func isLinked(_ a: String, _ b: String) -> Bool {
    let end = CalendarDay(ordinal: .max)
    return reference.employers.employer(of: a, on: end) == reference.employers.employer(of: b, on: end)
  }

  private func order(_ code: String) -> (Int, Int, String) {
    let enterprise = enterprises[code]
    return (enterprise?.last?.ordinal ?? .min, enterprise?.first?.ordinal ?? .min, code)
  }

  /// The organisation code inside a unified code (GB 32100-2015, characters 9–17): it stays when registrar and region change.
  private static func registration(_ code: String) -> String? {
    guard CreditCode(code) != nil else { return nil }
    return String(code.dropFirst(8).dropLast())
  }
}
