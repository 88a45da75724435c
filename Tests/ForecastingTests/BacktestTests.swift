import Testing

@testable import Forecasting

@Suite struct BacktestTests {
  @Test func seasonalPanelBeatsNaive2AndFoldsAreWhole() throws {
    let panel = syntheticPanel(series: 8, length: 80, seed: 21)
    let options = PanelForecaster.Options(horizon: 4, models: .pooled)
    let backtest = try Backtest(panel: panel, options: options, origins: 3, step: 2)
    #expect(backtest.folds.count == 24)
    for fold in backtest.folds {
      let series = panel.series[fold.series]
      #expect(fold.actual == Array(series.values[(fold.start - series.start)...].prefix(4)))
    }
    let score = Backtest.score(backtest.folds)
    #expect(score.owa < 1 && score.mase < 1)
    #expect(score.coverage > 0.5)
  }

  /// A forecast must not see beyond its origin: changing the future changes nothing.
  @Test func theFutureChangesNothing() throws {
    var panel = syntheticPanel(series: 6, length: 70, seed: 2)
    let options = PanelForecaster.Options(horizon: 3, models: .pooled)
    let before = try Backtest(panel: panel, options: options, origins: 1, step: 1)
    for i in panel.series.indices { for t in 67..<70 { panel.series[i].values[t] *= 3 } }
    let after = try Backtest(panel: panel, options: options, origins: 1, step: 1)
    #expect(before.folds.map(\.forecast) == after.folds.map(\.forecast))
  }
}
