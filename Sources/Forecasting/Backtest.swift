import Glibc

/// Forecasts a panel again at past origins, each time from what was known then, and measures the forecasts.
public struct Backtest: Sendable {
  /// A forecast of one series from one origin, with what came.
  public struct Fold: Sendable {
    /// Position of the series in the panel.
    public var series: Int
    /// Ordinal of the first forecast period.
    public var start: Int
    /// The forecast.
    public var forecast: SeriesForecastResult
    /// What came.
    public var actual: [Double]
    /// Naive2 from the same origin.
    public var naive2: [Double]
    /// The MASE scale of the known part; 0 when it does not vary.
    public var scale: Double
    /// The RMSSE scale of the known part; 0 when it does not vary.
    public var squareScale: Double
  }

  /// Measures over some folds.
  public struct Score: Sendable, Equatable {
    /// Number of folds.
    public var folds = 0
    /// Mean absolute scaled error of the medians.
    public var mase = 0.0
    /// Root mean squared scaled error of the means.
    public var rmsse = 0.0
    /// Overall weighted average of sMAPE and MASE against Naive2.
    public var owa = 0.0
    /// Scaled pinball loss of the three quantiles.
    public var spl = 0.0
    /// Share of values between the 10 % and the 90 % quantile.
    public var coverage = 0.0
  }

  /// All folds, by origin (newest first), then series.
  public let folds: [Fold]
  /// Periods forecast.
  public let horizon: Int

  /// Runs the backtest.
  ///
  /// - Parameters:
  ///   - origins: number of origins; the newest lies one horizon before the end of each series.
  ///   - step: periods between origins.
  /// - Complexity: as many panel forecasts as origins.
  public init(
    panel: Panel, hierarchy: Hierarchy? = nil, options: PanelForecaster.Options, origins: Int, step: Int,
    progress: (@Sendable (Double) -> Void)? = nil
  ) throws(ModelFailure) {
    horizon = options.horizon
    var folds: [Fold] = []
    for k in 0..<Swift.max(origins, 1) {
      let age = options.horizon + k * Swift.max(step, 1)
      var kept: [Int] = []
      var past: [Series] = []
      for (i, s) in panel.series.enumerated() {
        let last = s.values.lastIndex { $0.isFinite }.map { $0 + 1 } ?? 0
        guard last > age else { continue }
        var head = s
        head.values = Array(s.values.prefix(last - age))
        guard head.values.last?.isFinite == true else { continue }
        kept.append(i)
        past.append(head)
      }
      if past.isEmpty || (hierarchy != nil && past.count < panel.series.count) { break }
      let results = try PanelForecaster(options: options).forecast(Panel(series: past), hierarchy: hierarchy)
      for (j, result) in results.enumerated() {
        if let fold = Backtest.fold(kept[j], panel.series[kept[j]], past[j], result, season: options.season) {
          folds.append(fold)
        }
      }
      progress?(Double(k + 1) / Double(Swift.max(origins, 1)))
    }
    self.folds = folds
  }

  private static func fold(
    _ index: Int, _ series: Series, _ past: Series, _ result: SeriesForecastResult, season: Int
  ) -> Fold? {
    let from = past.values.count
    let actual = (0..<result.mean.count).map { from + $0 < series.values.count ? series.values[from + $0] : .nan }
    guard actual.allSatisfy(\.isFinite) else { return nil }
    let known = PreparedSeries(index: 0, series: past, season: season).values
    let naive = (try? Naive2().fit(known, season: season, horizon: actual.count))?.mean ?? result.mean
    return Fold(
      series: index, start: result.start, forecast: result, actual: actual, naive2: naive,
      scale: Statistics.maseScale(known, season: season),
      squareScale: Accuracy.squareScale(known))
  }

  /// Measures over the given folds, at one period ahead (from 0) or over all.
  public static func score(_ folds: [Fold], at h: Int? = nil) -> Score {
    func part(_ x: [Double]) -> [Double] { h.map { [x[$0]] } ?? x }
    var mase: [Double] = []
    var rmsse: [Double] = []
    var maseNaive: [Double] = []
    var smape: [Double] = []
    var smapeNaive: [Double] = []
    var spl: [Double] = []
    var inside: [Double] = []
    for f in folds {
      let actual = part(f.actual)
      let median = part(f.forecast.p50)
      smape.append(Accuracy.smape(actual: actual, forecast: median))
      smapeNaive.append(Accuracy.smape(actual: actual, forecast: part(f.naive2)))
      inside.append(Accuracy.coverage(actual: actual, lower: part(f.forecast.p10), upper: part(f.forecast.p90)))
      if f.squareScale > 0 {
        rmsse.append(Accuracy.rmsse(actual: actual, forecast: part(f.forecast.mean), scale: f.squareScale))
      }
      guard f.scale > 0 else { continue }
      mase.append(Accuracy.mase(actual: actual, forecast: median, scale: f.scale))
      maseNaive.append(Accuracy.mase(actual: actual, forecast: part(f.naive2), scale: f.scale))
      spl.append(
        Accuracy.scaledPinballLoss(
          actual: actual, p10: part(f.forecast.p10), p50: median, p90: part(f.forecast.p90), scale: f.scale))
    }
    func ratio(_ a: [Double], _ b: [Double]) -> Double {
      let below = Statistics.mean(b)
      return below > 0 ? Statistics.mean(a) / below : 1
    }
    return Score(
      folds: folds.count, mase: Statistics.mean(mase), rmsse: Statistics.mean(rmsse),
      owa: (ratio(smape, smapeNaive) + ratio(mase, maseNaive)) / 2, spl: Statistics.mean(spl),
      coverage: Statistics.mean(inside))
  }
}
