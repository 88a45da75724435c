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

  /// The subjects whose alert, at least as grave, makes a message about this one superfluous, the nearest first: over a cell its chain in the
  /// region and its chain in the whole city, over a chain in a region the chain in the whole city.
  public var above: [AlertSubject] {
    guard case .shortage(let cell) = self, let chain = cell.chain else { return [] }
    let region = cell.region.map { [AlertSubject.shortage(Cell(chain: chain, region: $0))] } ?? []
    return (region + [.shortage(Cell(chain: chain))]).filter { $0 != self }
  }
}
