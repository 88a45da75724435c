import Testing

@testable import Forecasting

@Suite struct PooledTests {
  /// Monthly series whose drop moves between January and February with a festival, as shares of the months it lies in.
  private func festivalPanel(series: Int, years: Int) -> (panel: Panel, effects: CalendarEffects) {
    var generator = SeededGenerator(state: 31)
    // Days of the year's festival that lie in January, 0…20; the rest lies in February.
    let days = (0..<(years + 2)).map { _ in Double(Int.random(in: 0...20, using: &generator)) }
    let rows = (0..<((years + 2) * 12)).map { t -> [Double] in
      t % 12 == 0 ? [days[t / 12]] : t % 12 == 1 ? [20 - days[t / 12]] : [0]
    }
    let list = (0..<series).map { i -> Series in
      var level = 5 + 0.3 * generator.normal()
      return Series(
        id: "f\(i)", start: 24000,
        values: (0..<(years * 12)).map { t in
          level += 0.004 * generator.normal()
          return (level - 0.01 * rows[t][0] * (1 + 0.1 * generator.normal())) * 20
        })
    }
    return (Panel(series: list), CalendarEffects(names: ["days"], start: 24000, rows: rows, season: 12))
  }

  private func error(_ panel: Panel, _ parts: Set<PooledRegression.Part>, _ effects: CalendarEffects?) throws -> Double
  {
    var options = PanelForecaster.Options(horizon: 2, models: .pooled, threads: 2)
    options.pooled.parts = parts
    options.pooled.effects = effects
    return Backtest.score(try Backtest(panel: panel, options: options, origins: 4, step: 4).folds).mase
  }

  /// A festival that moves is forecast far better with its calendar than without; what it adds is found by rolling error.
  @Test func movingFestivalIsLearned() throws {
    let (panel, effects) = festivalPanel(series: 14, years: 9)
    let all = Set(PooledRegression.Part.allCases)
    let with = try error(panel, all, effects)
    let without = try error(panel, all.subtracting([.calendar]), effects)
    #expect(with < 0.93 * without, "\(with) \(without)")
    #expect(try error(panel, all, nil) == without)
  }

  /// A calendar that says nothing of the series does no harm.
  @Test func uselessCalendarDoesNoHarm() throws {
    let panel = syntheticPanel(series: 14, length: 96, seed: 17)
    var generator = SeededGenerator(state: 5)
    let rows = (0..<120).map { _ in [generator.normal()] }
    let effects = CalendarEffects(names: ["noise"], start: 24000, rows: rows, season: 12)
    let all = Set(PooledRegression.Part.allCases)
    #expect(try error(panel, all, effects) < 1.02 * error(panel, all, nil))
  }

  /// Effects are centred by month: a number that stands in the same month of every year says nothing that the season does not.
  @Test func effectsAreCentredBySeason() {
    let effects = CalendarEffects(
      names: ["fixed", "moving"], start: 0, rows: (0..<48).map { t in [t % 12 == 3 ? 7 : 0, t == 25 ? 1 : 0] },
      season: 12)
    #expect((-5..<60).allSatisfy { effects.value(0, at: $0) == 0 })
    #expect(effects.value(1, at: 25) > 0 && effects.value(1, at: 13) < 0 && effects.value(1, at: 48) == 0)
    #expect(effects.value(1, at: 25) == -3 * effects.value(1, at: 13))
  }

  /// Groups that move together are forecast better when they are named.
  @Test func groupMovementHelps() throws {
    var generator = SeededGenerator(state: 77)
    let shocks = (0..<4).map { _ -> [Double] in
      var growth = 0.0
      return (0..<120).map { _ in
        growth = 0.93 * growth + 0.02 * generator.normal()
        return growth
      }
    }
    let series = (0..<28).map { i -> Series in
      var level = 4.0
      let values = (0..<120).map { t -> Double in
        level += shocks[i % 4][t]
        return 100 * (level + 8 + 0.25 * generator.normal())
      }
      return Series(id: "g\(i)", start: 24000, values: values, group: "group \(i % 4)")
    }
    let all = Set(PooledRegression.Part.allCases)
    let with = try error(Panel(series: series), all, nil)
    let without = try error(Panel(series: series), all.subtracting([.groups]), nil)
    #expect(with < 0.97 * without, "\(with) \(without)")
  }

  /// With gross outliers in the history the robust loss forecasts better than squares.
  @Test func robustLossWithstandsOutliers() throws {
    var panel = syntheticPanel(series: 12, length: 96, seed: 23)
    var generator = SeededGenerator(state: 3)
    for i in panel.series.indices {
      for _ in 0..<4 { panel.series[i].values[Int.random(in: 0..<70, using: &generator)] *= 4 }
    }
    let with = try error(panel, [.robust], nil)
    let without = try error(panel, [], nil)
    #expect(with < without, "\(with) \(without)")
  }
}
