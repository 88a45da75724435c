import LabourMarket
import Testing

@testable import Shortfall

@Suite struct KeyFirmsTests {
  private static let wave = Month(year: 2021, month: 10)

  private func firm(_ code: String, _ place: String, _ persons: Double, missing: Bool = false) -> KeyFirms.Employer {
    KeyFirms.Employer(
      creditCode: code, chain: ChainCode(rawValue: String(place.prefix(1))),
      region: RegionCode(rawValue: String(place.suffix(1))), persons: persons,
      plansWave: missing ? Self.wave : nil)
  }

  private func cell(_ chain: String?, _ region: String?, _ occupation: String? = nil) -> Cell {
    Cell(
      chain: chain.map(ChainCode.init(rawValue:)), region: region.map(RegionCode.init(rawValue:)),
      occupation: occupation.map(OccupationCode.init(rawValue:)))
  }

  /// By hand, half of the persons, from 300 on. In c × r 2,000 persons: A 800 is below the 1,000 sought, with B 500 it is more: C 400 and D 300 are no
  /// key firms. In c × s E 299 is the largest and too small. In d × r F and G are as large as one another and 600 of 600: F alone is half.
  @Test func theLargestThatMakeUpTheShareAreKeyFirms() {
    let employers = [
      firm("D", "cr", 300, missing: true), firm("C", "cr", 400, missing: true), firm("B", "cr", 500, missing: true),
      firm("A", "cr", 800), firm("E", "cs", 299, missing: true), firm("G", "dr", 300, missing: true),
      firm("F", "dr", 300, missing: true),
    ]
    func missing(_ share: Double, _ least: Double) -> String {
      KeyFirms(employers, parts: [], share: share, least: least).missing.map(\.creditCode).joined()
    }
    #expect(missing(0.5, 300) == "BF")
    #expect(missing(0.4, 300) == "F", "A's 800 of 2,000 are just two fifths")
    #expect(missing(0.5, 299) == "BFE")
    #expect(missing(1, 300) == "BCDFG")
    #expect(missing(0, 0) == "")
  }

  /// B is missing in c × r, where it seeks 1 and 2; what it seeks elsewhere is not its chain's and region's, and A has filed.
  @Test func itsNodesAreItsChainAndRegionAndTheCellsInWhichItSeeksPeople() {
    let employers = [firm("A", "cr", 800), firm("B", "cr", 500, missing: true), firm("E", "ds", 900)]
    let firms = KeyFirms(
      employers,
      parts: [
        ("B", cell("c", "r", "1")), ("B", cell("c", "r", "2")), ("B", cell("c", "s", "1")), ("B", cell("d", "r", "1")),
        ("A", cell("c", "r", "3")), ("E", cell("d", "s", "1")),
      ], share: 1, least: 300)
    let nodes = [
      cell("c", "r"), cell("c", nil), cell(nil, "r"), cell("c", "r", "1"), cell("c", "r", "2"),
      cell("c", "s", "1"), cell("d", "r", "1"), cell("c", "r", "3"), cell("d", "s"), cell("d", nil), cell(nil, "s"),
      cell(nil, nil),
    ]
    #expect(nodes.map(firms.areMissing) == nodes.indices.map { $0 < 5 })
  }
}
