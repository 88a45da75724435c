/// The forecast of one series of a panel.
public struct SeriesForecastResult: Sendable, Equatable {
  /// A share of a model in the forecast.
  public struct Weight: Sendable, Equatable {
    /// The model's name.
    public var model: String
    /// Its share by period ahead; the shares of one period sum to 1.
    public var shares: [Double]
    /// Why: the rolling error that the share rests on, parameters.
    public var reason: String
  }

  /// The key of the series.
  public var id: String
  /// The ordinal of the first forecast period: one after the last known value.
  public var start: Int
  /// Expected values, one a period ahead.
  public var mean: [Double]
  /// The 10 % quantiles.
  public var p10: [Double]
  /// The medians.
  public var p50: [Double]
  /// The 90 % quantiles.
  public var p90: [Double]
  /// What made the forecast: `combination`, `pooled`, `counts`, or the name of a fallback model.
  public var method: String
  /// Why a fallback was taken, `nil` when none was.
  public var fallbackReason: String?
  /// The models and their shares.
  public var weights: [Weight]
  /// Gaps that were filled in the history, and other remarks.
  public var notes: [String]
}
