import Glibc
import LabourMarket
import Testing

@testable import Shortfall

@Suite struct LevelCorrectionTests {
  /// The correction of the city's level a month ahead, learned from a city whose demand moves.
  private static func correction(_ demand: @escaping (Int) -> Double) -> Double {
    var city = SyntheticCity(chains: 6, seed: 21)
    city.demand = demand
    let panel = city.panel()
    var settings = ShortfallSettings()
    settings.chainLevelShrinkage = 1e9
    settings.levelShrinkage = 0.5
    let rolling = RollingErrors(panel, horizon: 1, settings: settings)
    return log(LevelCorrection(panel, rolling, settings: settings).factor(horizon: 0, cut: 0)[0])
  }

  @Test func aShockMovesTheLevelNoFurtherThanASmallMissThatRepeats() {
    // Demand trebles in the newest month: the newest forecast falls short by far, those before it by nothing much.
    let shock = Self.correction { $0 >= 35 ? 3 : 1 }
    #expect(shock > 0, "what was missed is not seen")
    // One full miss of the newest month beside the older ones and the prior.
    let others = (1..<18).reduce(0.0) { $0 + pow(0.5, Double($1) / LevelCorrection.halfLife) }
    let usual = abs(Self.correction { _ in 1 })
    #expect(shock < LevelCorrection.largestMiss / (1.5 + others) + usual + 0.02, "\(shock), without shock \(usual)")
  }

  @Test func missesThatRepeatMoveTheLevel() {
    // Every month brings a twelfth more than the one before for half a year: each forecast falls short.
    let rising = Self.correction { $0 >= 30 ? pow(1.12, Double($0 - 29)) : 1 }
    #expect(rising > 0.02 && rising <= LevelCorrection.largestMiss, "\(rising)")
  }
}
