import LabourMarket
import Testing

@testable import Shortfall

@Suite struct SecondOpinionTests {
  /// Shares of the second opinion beside a first one that gives `factor` × what came.
  private static func shares(factor: Double) throws -> [Double] {
    let panel = SyntheticCity(chains: 4, seed: 5).panel()
    let settings = ShortfallSettings()
    let rolling = RollingErrors(panel, horizon: 2, settings: settings)
    let chainOfCell = panel.cells.map(\.chain)
    let openings = panel.openings.summed(by: chainOfCell, into: panel.chains.count)
    let opinion = SecondOpinion(panel, horizon: 2, settings: settings, rolling: rolling) { origin in
      var first = origin.forecast.summed(by: chainOfCell, into: panel.chains.count)
      for c in 0..<first.rows {
        for h in 0..<first.months { first[c, h] = factor * openings[c, panel.months - origin.cut + h] }
      }
      return first
    }
    return try #require(opinion).shares
  }

  @Test func isNotHeardBesideABetterFirst() throws {
    #expect(try Self.shares(factor: 1) == [0, 0])
  }

  @Test func isHeardBesideOneThatMissesByFarAndNoFurtherThanTheCap() throws {
    // Six pooled origins and a prior of two against it: 6 / (6 + 2) = 0.75 of a full share, cut to the cap of a half.
    #expect(try Self.shares(factor: 20) == [0.5, 0.5])
  }
}
