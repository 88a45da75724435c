import LabourMarket
import Testing

@testable import Shortfall

@Suite struct FirmDominanceTests {
  private func cell(_ chain: String, _ region: String, _ occupation: String) -> Cell {
    Cell(
      chain: ChainCode(rawValue: chain), region: RegionCode(rawValue: region),
      occupation: OccupationCode(rawValue: occupation))
  }

  /// By hand: A holds 9 of 10 in the first cell, 18 of 19 with its second one in the chain and region, and 18 of 39 in the chain.
  @Test func oneFirmIsTakenTogetherOverTheCellsOfASum() {
    let parts = [
      ("A", cell("c", "r", "1"), 9.0), ("B", cell("c", "r", "1"), 1), ("A", cell("c", "r", "2"), 9),
      ("C", cell("c", "s", "1"), 10), ("D", cell("c", "s", "1"), 10), ("E", cell("d", "s", "1"), 4),
    ].map { (creditCode: $0.0, cell: $0.1, openings: $0.2) }
    let dominance = FirmDominance(parts, share: 0.85, least: 5)
    #expect(dominance.holds(cell("c", "r", "1")) && dominance.holds(cell("c", "r", "2")))
    #expect(dominance.holds(Cell(chain: ChainCode(rawValue: "c"), region: RegionCode(rawValue: "r"))))
    #expect(dominance.holds(Cell(region: RegionCode(rawValue: "r"))))
    #expect(!dominance.holds(Cell(chain: ChainCode(rawValue: "c"))) && !dominance.holds(cell("c", "s", "1")))
    #expect(!dominance.holds(cell("d", "s", "1")), "four openings are fewer than five")
    #expect(!dominance.holds(Cell()))
    #expect(!FirmDominance(parts, share: 0.9, least: 5).holds(cell("c", "r", "1")), "just nine tenths are not more")
    #expect(!FirmDominance(parts, share: 1, least: 0).holds(cell("c", "r", "2")))
  }
}
