import LabourMarket

/// What an alert is about: a node of the hierarchy, or a feed.
public enum AlertSubject: Hashable, Sendable {
  /// A shortage of a chain in the whole city, of a chain in a region, or of an occupation in both.
  case shortage(Cell)
  /// A feed whose data are late or missing.
  case data(Feed)

  /// The name under which officers and the database know it: `shortage:liquor:321322:6-02`, `data:vacancies`. Parts at the end that are
  /// summed over are left out; one in the middle is `*`.
  public var fingerprint: String {
    switch self {
    case .data(let feed): return "data:" + feed.rawValue
    case .shortage(let cell):
      var parts = [cell.chain?.rawValue ?? "*", cell.region?.rawValue ?? "*", cell.occupation?.rawValue ?? "*"]
      while parts.last == "*" { parts.removeLast() }
      return (["shortage"] + parts).joined(separator: ":")
    }
  }

  /// Whether an alert on `self`, at least as grave, makes a message about `other` superfluous: a chain's city-wide alert stands over
  /// its regions and cells, a chain's alert in a region over the cells there.
  public func inhibits(_ other: AlertSubject) -> Bool {
    guard case .shortage(let above) = self, case .shortage(let below) = other, above != below else { return false }
    guard above.chain == below.chain, above.occupation == nil else { return false }
    return above.region == nil || above.region == below.region
  }
}
