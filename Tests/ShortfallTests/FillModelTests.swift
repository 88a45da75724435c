import Glibc
import LabourMarket
import Testing

@testable import Shortfall

@Suite struct FillModelTests {
  /// Log hazard of being filled of the city's first cell.
  private static func hazard(_ model: FillModel, _ panel: CityPanel, month: Month) -> Double {
    let last = panel.months - 1
    let shares = model.fillShares(
      month: month, before: panel.openings.column(last), fresh: panel.newOpenings.column(last),
      seekers: panel.seekers?.column(last))
    return log(-log(1 - shares[0]))
  }

  @Test func theMovingFestivalIsToldFromTheCalendarMonth() {
    // Twenty days after Spring Festival many more are filled; the three festivals seen lie on 5 February, 25 January and 12 February.
    var city = SyntheticCity(chains: 6, regions: 3, occupations: 5, seed: 5)
    let start = city.start
    city.fill = { exp(0.8 * Calendar.festival(start + $0)[2]) }
    let panel = city.panel()
    let model = FillModel(panel, settings: ShortfallSettings())
    // In 2022 it is on 1 February: the model must expect more of February and less of March than a mean of the three years.
    let (february, march) = (Month(year: 2022, month: 2), Month(year: 2022, month: 3))
    let learned = Self.hazard(model, panel, month: february) - Self.hazard(model, panel, month: march)
    let truth = 0.8 * (Calendar.festival(february)[2] - Calendar.festival(march)[2])
    let years = (2019...2021).map { year in
      0.8
        * (Calendar.festival(Month(year: year, month: 2))[2] - Calendar.festival(Month(year: year, month: 3))[2])
    }
    let mean = years.reduce(0, +) / 3
    #expect(truth > mean + 0.2, "the festival of 2022 does not differ from the others: \(truth), \(mean)")
    #expect(abs(learned - truth) < 0.5 * (truth - mean), "learned \(learned), true \(truth), mean of the years \(mean)")
  }

  @Test(arguments: [0.0, 0.5, 0.7]) func anUnusualLevelOfTheFillRateFades(persistence: Double) {
    var city = SyntheticCity(chains: 6, seed: 9)
    city.fill = { $0 >= 32 ? 0.5 : 1 }
    let panel = city.panel()
    func model(_ persistence: Double) -> FillModel {
      var settings = ShortfallSettings()
      settings.fillLevelPersistence = persistence
      return FillModel(panel, settings: settings)
    }
    let (holds, gone, fades) = (model(1), model(0), model(persistence))
    for ahead in 1...6 {
      let month = panel.asOf + ahead
      let low = Self.hazard(holds, panel, month: month)
      let usual = Self.hazard(gone, panel, month: month)
      #expect(usual > low + 0.2, "the fall is not seen: \(low), \(usual)")
      let left = (usual - Self.hazard(fades, panel, month: month)) / (usual - low)
      #expect(abs(left - pow(persistence, Double(ahead))) < 1e-9, "\(ahead) months ahead \(left) is left")
    }
    // What was seen itself does not fade.
    #expect(Self.hazard(holds, panel, month: panel.asOf) == Self.hazard(fades, panel, month: panel.asOf))
  }
}
