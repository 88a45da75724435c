import Glibc

/// Forecasts a panel: models of single series and the pooled model, combined by rolling error, with calibrated intervals.
///
/// Every series gets an answer. One that no model fits falls back to a naive forecast and says why. The result does not depend on
/// the number of threads.
public struct PanelForecaster: Sendable {
  /// Which models take part.
  public enum ModelChoice: String, Sendable, CaseIterable {
    /// The pooled regression with models of single series, combined by rolling error.
    case combination
    /// The pooled regression alone.
    case pooled
    /// Models of single series alone.
    case local
    /// The combination.
    public static var `default`: ModelChoice { .combination }
  }

  /// Settings of a panel forecast.
  public struct Options: Sendable {
    /// Periods to forecast, ≥ 1.
    public var horizon: Int
    /// Periods in a season.
    public var season: Int
    /// Which models take part.
    public var models: ModelChoice
    /// The models of single series that take part.
    public var localModels: [any SeriesModel]
    /// Number of fits of single series' models spent on rolling errors.
    public var budget = 5000
    /// Number of threads.
    public var threads: Int
    /// Seed of everything random.
    public var seed: UInt64
    /// Settings of the pooled regression.
    public var pooled: PooledRegression.Options
    /// Whether results carry the weights and their reasons.
    public var explain: Bool

    /// Makes settings.
    public init(
      horizon: Int, season: Int = 12, models: ModelChoice = .default,
      localModels: [any SeriesModel] = ModelCatalogue.combined, threads: Int = 1, seed: UInt64 = 1,
      pooled: PooledRegression.Options = .init(), explain: Bool = false
    ) {
      self.horizon = Swift.max(horizon, 1)
      self.season = Swift.max(season, 1)
      self.models = models
      self.localModels = localModels
      self.threads = Swift.max(threads, 1)
      self.seed = seed
      self.pooled = pooled
      self.explain = explain
    }
  }

  /// The settings.
  public let options: Options

  /// Makes a forecaster.
  public init(options: Options) {
    self.options = options
  }
}
