import LabourMarket

/// Tells of which nodes one enterprise makes up nearly all: whoever reads such a node's figures reads that enterprise's.
///
/// The (n, k)-dominance rule of statistical disclosure control with n = 1: a sum is dominated where its largest contributor holds more than the share k
/// of it (Hundepool, Domingo-Ferrer, Franconi, Giessing, Schulte Nordholt, Spicer, de Wolf: Statistical Disclosure Control, Wiley 2012, section
/// 4.2.1). Contributions are an employer's unfilled openings now; linked codes of one employer count as one.
public struct FirmDominance: Sendable {
  /// The quality code of such nodes.
  public static let code = "one_firm"

  private let dominated: Set<Cell>

  /// Looks at the parts of the finest nodes and at all their sums.
  /// - Parameters:
  ///   - parts: an enterprise's openings in a cell.
  ///   - share: k, 0…1: more than this share is nearly all; 1 marks none.
  ///   - least: sums of fewer openings are not marked: one or two openings are always somebody's.
  /// - Complexity: O(parts).
  public init(_ parts: [(creditCode: String, cell: Cell, openings: Double)], share: Double, least: Double) {
    var sums: [Cell: (all: Double, firms: [String: Double])] = [:]
    for part in parts where part.openings > 0 {
      let cell = part.cell
      let nodes: Set<Cell> = [
        cell, Cell(chain: cell.chain, region: cell.region), Cell(chain: cell.chain), Cell(region: cell.region), Cell(),
      ]
      for node in nodes {
        sums[node, default: (0, [:])].all += part.openings
        sums[node]?.firms[part.creditCode, default: 0] += part.openings
      }
    }
    dominated = Set(
      sums.filter { _, sum in
        sum.all >= least && (sum.firms.values.max() ?? 0) > share * sum.all
      }.keys)
  }

  /// Whether one enterprise makes up nearly all of a node.
  public func holds(_ node: Cell) -> Bool { dominated.contains(node) }
}
